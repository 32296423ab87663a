import { LOSSES, check } from './check.js';

/** Where the instant of a wait is stored. */
const INSTANTS = `SELECT m.instance_id AS id, m.generation, substr(m.name, 7) AS wait, d.key, d.value::int8 AS due_at
  FROM workflow_journal m CROSS JOIN LATERAL json_each_text(m.data::json -> 'dueAt') d WHERE m.kind = 'wait'`;

export const timersAreNeverEarly = check(
  'I9',
  `SELECT format('"%s" ended "%s" %s ms early', j.instance_id, j.name, w.due_at - j.recorded_at) AS what
   FROM workflow_journal j JOIN (${INSTANTS}) w ON w.id = j.instance_id AND w.generation = j.generation AND w.wait = j.name
   WHERE j.kind = 'arrival' AND j.data::json ->> 'winner' = w.key AND j.recorded_at < w.due_at`,
  // By the clock of the machine, whatever the engine believes the time to be: nothing behind a sleep begins before its instant.
  `SELECT format('"%s" began "%s" %s ms before "%s" was over', l.id, l.step, w.due_at - l.began_at, w.wait)
   FROM ledger l CROSS JOIN LATERAL json_each(l.past) p
   JOIN (${INSTANTS}) w ON w.id = l.id AND w.generation = l.generation AND w.wait = p.key
   WHERE p.value::text = 'null' AND l.began_at < w.due_at`,
  `SELECT format('"%s" slept at "%s" with no stored instant', j.instance_id, j.name) FROM workflow_journal j
   WHERE j.kind = 'arrival' AND j.data::json ->> 'winner' = '$timer' AND NOT EXISTS (
     SELECT FROM (${INSTANTS}) w WHERE w.id = j.instance_id AND w.generation = j.generation AND w.wait = j.name)`,
);

/** Whoever lost its lease in the meantime is no holder any more. */
export const limitsHold = check(
  'I11',
  `WITH held AS (SELECT l.* FROM ledger l JOIN workflow_instances i ON i.id = l.id
     WHERE i.name = 'limited' AND NOT EXISTS (SELECT FROM (${LOSSES}) o WHERE o.id = l.id))
   SELECT format('%s were at it at the same time when "%s" began', count(*), a.id) AS what
   FROM held a JOIN held b ON b.began_at <= a.began_at AND b.ended_at > a.began_at GROUP BY a.id, a.no HAVING count(*) > 3`,
);
