import { LOSSES, check } from './check.js';

/** Transactions have a rule of their own: what they told the ledger may have been rolled back. */
const OUTSIDE = `l.step NOT LIKE 'book %'`;

export const effectsRepeatOnlyAfterLosses = check(
  'I3',
  `SELECT format('"%s": %s "%s" happened %s times in attempt %s, after %s losses', x.id, x.what, x.step, x.times, x.attempt, coalesce(o.losses, 0)) AS what
   FROM (SELECT l.id, l.what, l.step, l.generation, l.attempt, count(*) AS times FROM ledger l WHERE ${OUTSIDE}
     GROUP BY l.id, l.what, l.step, l.generation, l.attempt) x
   LEFT JOIN (${LOSSES}) o USING (id) WHERE x.times > 1 + coalesce(o.losses, 0)`,
  `SELECT format('"%s": %s "%s" had %s keys', l.id, l.what, l.step, count(DISTINCT l.key)) FROM ledger l
   GROUP BY l.id, l.generation, l.what, l.step HAVING count(DISTINCT l.key) > 1`,
  `SELECT format('one key for two: %s', l.key) FROM ledger l
   GROUP BY l.key HAVING count(DISTINCT (l.id, l.generation, l.what, l.step)) > 1`,
);

export const transactionsHappenOnce = check(
  'I4',
  `SELECT format('"%s": "%s" is in the database %s times, and recorded %s times', coalesce(b.id, j.id), coalesce(b.step, j.name),
     coalesce(b.times, 0), coalesce(j.times, 0)) AS what
   FROM (SELECT instance_id AS id, step, count(*) AS times FROM business GROUP BY 1, 2) b
   FULL JOIN (SELECT instance_id AS id, name, count(*) AS times FROM workflow_journal
     WHERE kind = 'step' AND status = 'completed' AND name LIKE 'book %' GROUP BY 1, 2) j ON j.id = b.id AND j.name = b.step
   WHERE b.times IS DISTINCT FROM 1 OR j.times IS DISTINCT FROM 1`,
);

/** Its worker knows of a cancel when it has recorded it. */
export const nothingBeginsAfterTheStop = check(
  'I6',
  `SELECT format('"%s" began "%s" %s ms after its cancel was recorded', l.id, l.step, l.began_at - j.recorded_at) AS what
   FROM ledger l JOIN workflow_journal j ON j.instance_id = l.id AND j.generation = l.generation AND j.kind = 'cancel'
   WHERE l.what = 'effect' AND l.began_at > j.recorded_at + 1`,
  `SELECT format('"%s" began %s "%s" after its end', l.id, l.what, l.step)
   FROM ledger l JOIN workflow_instances i ON i.id = l.id WHERE l.began_at > i.ended_at + 1`,
  `SELECT format('"%s" was undone and completed', i.id) FROM workflow_instances i
   JOIN workflow_journal j ON j.instance_id = i.id AND j.kind = 'undo' WHERE i.status = 'completed'`,
);

/** Only steps called "act …" have an undo. Possibly-done ones come first, in reverse of their start. */
export const undoIsTheExactReverse = check(
  'I7',
  `WITH undone AS (
     SELECT instance_id AS id, generation, array_agg(substr(name, 13) ORDER BY "position") AS steps FROM workflow_journal
     WHERE kind = 'undo' GROUP BY 1, 2),
   due AS (
     SELECT s.instance_id AS id, s.generation, array_agg(substr(s.name, 8) ORDER BY r.name IS NULL DESC, coalesce(r."position", s."position") DESC) AS steps
     FROM workflow_journal s
     LEFT JOIN workflow_journal r ON r.instance_id = s.instance_id AND r.generation = s.generation AND r.name = substr(s.name, 8)
     WHERE s.kind = 'start' AND s.name LIKE '$start:act %' AND (r.name IS NULL OR r.status = 'completed') GROUP BY 1, 2)
   SELECT format('"%s" (%s) undid %s instead of %s', i.id, i.status, u.steps, d.steps) AS what
   FROM workflow_instances i LEFT JOIN undone u ON u.id = i.id AND u.generation = i.generation
   LEFT JOIN due d ON d.id = i.id AND d.generation = i.generation
   WHERE i.status IN ('failed', 'cancelled', 'compensation_failed') AND u.steps IS DISTINCT FROM d.steps`,
  `SELECT format('"%s" performed its undos as %s, and recorded %s', p.id, p.steps, u.steps)
   FROM (SELECT f.id, array_agg(f.step ORDER BY f.first) AS steps
     FROM (SELECT id, step, min(no) AS first FROM ledger WHERE what = 'undo' GROUP BY 1, 2) f GROUP BY 1) p
   LEFT JOIN (SELECT instance_id AS id, array_agg(substr(name, 13) ORDER BY "position") AS steps FROM workflow_journal
     WHERE kind = 'undo' GROUP BY 1) u USING (id) WHERE p.steps IS DISTINCT FROM u.steps`,
);

/** Attempts of steps that never fail are one; the flaky one needs three. */
export const attemptsAreChargedForFailures = check(
  'I15',
  `SELECT format('"%s" needed %s attempts for "%s"', j.instance_id, j.attempts, j.name) AS what
   FROM workflow_journal j WHERE j.kind = 'step' AND j.status IN ('completed', 'failed')
     AND j.attempts <> CASE j.name WHEN 'flaky' THEN 3 ELSE 1 END`,
);
