import { TERMINAL, check } from './check.js';

/** Quarantined instances are left out: they wait for a person. */
export const everyRunEnds = check(
  'I1',
  `SELECT format('"%s" was accepted and is not there', a.id) AS what FROM accepted a
   WHERE NOT EXISTS (SELECT FROM workflow_instances i WHERE i.id = a.id)`,
  `SELECT format('"%s" has not ended: %s, due %s ms ago, owner %s, %s crashes, not for builds %s', i.id, i.status,
     (extract(epoch FROM clock_timestamp()) * 1000)::int8 - i.due_at, i.worker_id, i.crashes, i.mismatched_builds)
   FROM workflow_instances i WHERE i.status NOT IN ${TERMINAL} AND i.status <> 'quarantined'`,
  `SELECT format('"%s" ended as %s instead of %s: %s', i.id, i.status, array_to_string(a.ends, ' or '), left(i.error, 200))
   FROM accepted a JOIN workflow_instances i USING (id)
   WHERE i.status IN ${TERMINAL} AND NOT i.status = ANY (a.ends)`,
  `SELECT format('"%s" was %s, and became %s', h.id, h.was, h.status) FROM history h WHERE h.was IN ${TERMINAL}`,
  `SELECT format('"%s" has ended, and is leased or due', i.id) FROM workflow_instances i
   WHERE i.status IN ${TERMINAL} AND (i.worker_id IS NOT NULL OR i.due_at IS NOT NULL OR i.ended_at IS NULL)`,
  `SELECT format('"%s" has ended, and still waits for "%s"', w.instance_id, w.signal) FROM workflow_waits w
   JOIN workflow_instances i ON i.id = w.instance_id WHERE i.status IN ${TERMINAL}`,
);
