import { CHILD_OUTCOME_SIGNAL, CLOSE_CANCEL_SIGNAL, CLOSE_TERMINATE_SIGNAL } from '../../core/records/index.js';
import { recordColumns } from '../records/index.js';
import {
  NOW,
  RowSet,
  columns,
  eventJson,
  freeSlots,
  postEvents,
  type RowBatch,
  type TableNames,
} from '../sql/index.js';

/** A request to cancel or terminate one instance. @internal */
export interface EndingRequest {
  readonly workflowId: string;
  readonly reason: string;
  readonly error: string;
}

/** @internal */
export const ENDING_ROWS = new RowSet<EndingRequest>(
  columns<EndingRequest>(
    ['id', 'text', (request) => request.workflowId],
    ['reason', 'text', (request) => request.reason],
    ['error', 'text', (request) => request.error],
  ),
);

const OPEN = `NOT IN ('completed', 'failed', 'cancelled', 'compensation_failed')`;

/**
 * Cancels or terminates the instances of the request rows, all in one statement. Answers one row per known instance that was not
 * locked: the record after, whether it was open, and the event it raised.
 *
 * @internal
 */
export function endingText(tables: TableNames, kind: 'cancel' | 'terminate', batch: RowBatch, outbox: boolean): string {
  const t = tables;
  // What never ran ends in this very statement; everything else is asked, and looked at as soon as nobody owns it.
  const ends = kind === 'terminate' ? 'true' : `i.status = 'pending'`;
  const event = `CASE WHEN c.ended THEN ${eventJson('cancelled', 'c', 'c.updated_at', `json_build_object('reason', c.reason)`)} END`;
  return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
locked AS MATERIALIZED (
  SELECT a.id, a.reason, a.error, x.open FROM ${batch.from('a', 2)} CROSS JOIN LATERAL (
    SELECT i.status ${OPEN} AS open FROM ${t.instances} i WHERE i.id = a.id FOR NO KEY UPDATE SKIP LOCKED) x),
changed AS (
  UPDATE ${t.instances} i SET updated_at = clock.now,
    cancel_requested_at = coalesce(i.cancel_requested_at, clock.now),
    cancel_reason = CASE WHEN i.cancel_requested_at IS NULL THEN l.reason ELSE i.cancel_reason END,
    wakes = i.wakes + 1,
    fence = i.fence + ${kind === 'terminate' ? 1 : 0},
    status = CASE WHEN ${ends} THEN 'cancelled' ELSE i.status END,
    output = CASE WHEN ${ends} THEN NULL ELSE i.output END,
    error = CASE WHEN ${ends} THEN l.error ELSE i.error END,
    ended_at = CASE WHEN ${ends} THEN clock.now ELSE i.ended_at END,
    worker_id = CASE WHEN ${ends} THEN NULL ELSE i.worker_id END,
    blocked_on = CASE WHEN ${ends} THEN NULL ELSE i.blocked_on END,
    quarantined_for = CASE WHEN ${ends} THEN NULL ELSE i.quarantined_for END,
    event_seq = i.event_seq + CASE WHEN ${ends} THEN 1 ELSE 0 END,
    due_at = CASE WHEN ${ends} THEN NULL WHEN i.worker_id IS NULL AND i.status <> 'quarantined'
      THEN least(coalesce(i.due_at, clock.now), clock.now) ELSE i.due_at END
  FROM locked l, clock WHERE i.id = l.id AND i.status ${OPEN}
  RETURNING i.*, ${kind === 'terminate' ? 'true' : `i.status = 'cancelled'`} AS ended, l.reason),
told AS MATERIALIZED (SELECT c.*, ${event} AS event FROM changed c),
parent_told AS (
  INSERT INTO ${t.signals} (id, received_at, workflow_id, name, key, payload)
  SELECT '$child:' || c.id || ':' || c.generation || ':' || c.fence, c.updated_at, c.parent_id, '${CHILD_OUTCOME_SIGNAL}', c.id,
    json_build_object('status', 'cancelled', 'error', c.error)::text
  FROM told c WHERE c.ended AND c.parent_id IS NOT NULL ON CONFLICT (id) DO NOTHING),
freed AS (${freeSlots(t, 'SELECT c.id, c.limits FROM changed c WHERE c.ended')})${kind === 'terminate' ? terminateTail(t) : ''}${
    outbox ? `,\nposted AS (${postEvents(t.outbox, 'told', 'p.updated_at')})` : ''
  }
SELECT ${recordColumns(t, 'c')}, true AS open, c.event FROM told c
UNION ALL
SELECT ${recordColumns(t, 'i')}, false, NULL FROM locked l JOIN ${t.instances} i ON i.id = l.id WHERE NOT l.open`;
}

/** A terminated instance leaves nothing behind that could wait, and asks its children. */
function terminateTail(t: TableNames): string {
  return `,
dropped AS (DELETE FROM ${t.waits} w USING changed c WHERE w.instance_id = c.id),
asked AS (
  INSERT INTO ${t.signals} (id, received_at, workflow_id, name, payload)
  SELECT '$close:' || c.id || ':' || c.generation || ':' || c.fence || ':' || k.id, c.updated_at, k.id,
    CASE k.parent_close WHEN 'cancel' THEN '${CLOSE_CANCEL_SIGNAL}' ELSE '${CLOSE_TERMINATE_SIGNAL}' END,
    json_build_object('reason', c.reason, 'error', c.error)::text
  FROM changed c JOIN ${t.instances} k ON k.parent_id = c.id AND k.parent_close <> 'abandon' AND k.status ${OPEN}
  ON CONFLICT (id) DO NOTHING)`;
}
