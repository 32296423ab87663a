import { check } from './check.js';

export const oneResult = check(
  'I2',
  `SELECT format('"%s" has "%s" %s times in generation %s', j.instance_id, j.name, count(*), j.generation) AS what
   FROM workflow_journal j GROUP BY j.instance_id, j.generation, j.name HAVING count(*) > 1`,
  `SELECT format('"%s" has %s entries up to position %s', j.instance_id, count(*), max(j."position"))
   FROM workflow_journal j GROUP BY j.instance_id, j.generation HAVING count(*) <> max(j."position")`,
  `SELECT format('"%s" recorded %s for "%s", which no effect has answered', j.instance_id, j.value, j.name)
   FROM workflow_journal j WHERE j.kind = 'step' AND j.status = 'completed' AND NOT EXISTS (
     SELECT FROM ledger l WHERE l.what = 'effect' AND l.id = j.instance_id AND l.generation = j.generation AND l.step = j.name
       AND to_json(l.value)::text = j.value)`,
  `SELECT format('the code of "%s" had %s from "%s", recorded is %s', l.id, p.value, p.key, j.value)
   FROM ledger l CROSS JOIN LATERAL json_each(l.past) p
   JOIN workflow_journal j ON j.instance_id = l.id AND j.generation = l.generation AND j.name = p.key
   WHERE j.kind = 'step' AND p.value::text <> j.value`,
);

export const pastIsRecorded = check(
  'I5',
  `SELECT format('"%s" began "%s" before "%s" was recorded', l.id, l.step, p.key) AS what
   FROM ledger l CROSS JOIN LATERAL json_each(l.past) p
   LEFT JOIN workflow_journal j ON j.instance_id = l.id AND j.generation = l.generation AND j.name = p.key
   WHERE j.name IS NULL OR j.recorded_at > l.began_at + 1`,
);
