import { headOf, recordColumns } from '../records/index.js';
import { NOW, eventJson, postEvents, type TableNames } from '../sql/index.js';

/** What both ways of opening an ended instance again do to its row. */
const OPENED = `updated_at = clock.now, due_at = clock.now, ended_at = NULL, output = NULL, error = NULL,
    cancel_reason = NULL, cancel_requested_at = NULL, crashes = 0, mismatched_builds = NULL, mismatched_at = NULL,
    event_seq = i.event_seq + 1`;

/**
 * Removes entries of a failed instance and makes it due. Parameters: 1 offset, 2 id, 3 fence, 4 positions, 5 time-out.
 * Signals that the removed entries consumed can be taken again.
 *
 * @internal
 */
export function reopenText(tables: TableNames, outbox: boolean): string {
  const t = tables;
  return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
locked AS MATERIALIZED (
  SELECT i.id, i.no, i.generation, ${headOf(t, 'i')} AS head FROM ${t.instances} i
  WHERE i.id = $2::text AND i.fence = $3::int4 AND i.status = 'failed' FOR NO KEY UPDATE),
removed AS (
  DELETE FROM ${t.entries} j USING locked l
  WHERE j.instance_no = l.no AND j.generation = l.generation AND j."position" = ANY ($4::int4[])
  RETURNING l.id AS instance_id, j.signal_id),
returned AS (
  UPDATE ${t.signals} s SET consumed = false FROM removed r WHERE s.id = r.signal_id AND s.workflow_id = r.instance_id),
opened AS (
  UPDATE ${t.instances} i SET ${OPENED}, status = 'running', head = l.head, claimed_head = l.head,
    deadline_at = clock.now + $5::int8
  FROM locked l, clock WHERE i.id = l.id RETURNING i.*),
told AS MATERIALIZED (SELECT c.*, ${eventJson('retried', 'c', 'c.updated_at')} AS event FROM opened c)${
    outbox ? `,\nposted AS (${postEvents(t.outbox, 'told', 'p.updated_at')})` : ''
  }
SELECT ${recordColumns(t, 'c', 'c.head')}, c.event FROM told c`;
}

/**
 * The next generation of an ended instance, with its input. Parameters: 1 offset, 2 id, 3 seed. An open instance comes back as it
 * is, with `ended` false.
 *
 * @internal
 */
export function restartText(tables: TableNames, outbox: boolean): string {
  const t = tables;
  return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
locked AS MATERIALIZED (
  SELECT i.id, i.status IN ('completed', 'failed', 'cancelled', 'compensation_failed') AS ended FROM ${t.instances} i
  WHERE i.id = $2::text FOR NO KEY UPDATE SKIP LOCKED),
opened AS (
  UPDATE ${t.instances} i SET ${OPENED}, status = 'pending', generation = i.generation + 1, head = 0, claimed_head = 0,
    seed = $3::text, custom_status = NULL, deadline_at = clock.now + i.timeout_ms
  FROM locked l, clock WHERE i.id = l.id AND l.ended RETURNING i.*),
told AS MATERIALIZED (SELECT c.*, ${eventJson('retried', 'c', 'c.updated_at')} AS event FROM opened c)${
    outbox ? `,\nposted AS (${postEvents(t.outbox, 'told', 'p.updated_at')})` : ''
  }
SELECT ${recordColumns(t, 'c', 'c.head')}, true AS ended, c.event FROM told c
UNION ALL
SELECT ${recordColumns(t, 'i')}, false, NULL FROM locked l JOIN ${t.instances} i ON i.id = l.id WHERE NOT l.ended`;
}
