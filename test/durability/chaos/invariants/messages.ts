import { check } from './check.js';

export const signalsAreConsumedOnce = check(
  'I8',
  `SELECT format('%s is consumed %s times', j.signal_id, count(*)) AS what FROM workflow_journal j
   WHERE j.signal_id IS NOT NULL GROUP BY j.signal_id HAVING count(*) > 1`,
  `SELECT format('%s of "%s" is neither consumed nor listed', p.signal_id, p.id) FROM posted p
   WHERE NOT EXISTS (SELECT FROM workflow_journal j WHERE j.signal_id = p.signal_id AND j.instance_id = p.id)
     AND NOT EXISTS (SELECT FROM workflow_signals s WHERE s.id = p.signal_id AND s.workflow_id = p.id AND NOT s.consumed)`,
  `SELECT format('"%s" took %s, which was for "%s"', j.instance_id, j.signal_id, s.workflow_id)
   FROM workflow_journal j JOIN workflow_signals s ON s.id = j.signal_id WHERE s.workflow_id <> j.instance_id`,
  `SELECT format('"%s" took its letters as %s', j.instance_id, array_agg(j.value ORDER BY j."position"))
   FROM workflow_journal j JOIN workflow_instances i ON i.id = j.instance_id
   WHERE i.name = 'letters' AND j.kind = 'arrival' GROUP BY j.instance_id HAVING count(DISTINCT j.value) <> count(*)`,
);

export const eventsAreDense = check(
  'I12',
  `SELECT format('"%s" told %s events up to %s, and has raised %s', i.id, t.count, t.last, i.event_seq) AS what
   FROM workflow_instances i LEFT JOIN (SELECT id, count(DISTINCT seq) AS count, max(seq) AS last FROM told GROUP BY id) t USING (id)
   WHERE (SELECT stores_events FROM scope) AND i.event_seq > 0 AND (t.count IS DISTINCT FROM i.event_seq OR t.last IS DISTINCT FROM i.event_seq)`,
  `SELECT format('event %s of "%s" had %s ids', t.seq, t.id, count(DISTINCT t.event_id)) FROM told t
   GROUP BY t.id, t.seq HAVING count(DISTINCT t.event_id) > 1`,
  `SELECT format('"%s" told event %s before %s', x.id, x.seq, x.seq - 1)
   FROM (SELECT f.id, f.seq, f.first, lag(f.first) OVER (PARTITION BY f.id ORDER BY f.seq) AS before
     FROM (SELECT id, seq, min(no) AS first FROM told GROUP BY 1, 2) f) x WHERE x.before > x.first`,
  // In the order of the journal: each told end of a step stands behind the one that was told before it.
  `SELECT format('"%s" told the end of "%s" out of order', x.id, x.step)
   FROM (SELECT e.id, e.step, j."position", lag(j."position") OVER (PARTITION BY e.id, e.generation ORDER BY e.seq) AS before
     FROM (SELECT DISTINCT id, generation, seq, step FROM told WHERE type IN ('step_completed', 'step_failed')) e
     JOIN workflow_journal j ON j.instance_id = e.id AND j.generation = e.generation AND j.name = e.step AND j.kind = 'step') x
   WHERE x.before > x."position"`,
  `SELECT format('"%s" told %s ends of steps of %s', i.id, count(DISTINCT t.seq), count(DISTINCT (j.generation, j."position")))
   FROM workflow_instances i JOIN workflow_journal j ON j.instance_id = i.id AND j.kind = 'step' AND left(j.name, 1) <> '$'
   LEFT JOIN told t ON t.id = i.id AND t.type IN ('step_completed', 'step_failed')
   WHERE (SELECT tells_steps FROM scope) GROUP BY i.id HAVING count(DISTINCT t.seq) <> count(DISTINCT (j.generation, j."position"))`,
);
