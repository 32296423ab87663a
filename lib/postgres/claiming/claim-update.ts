import { eventJson, type TableNames } from '../sql/index.js';
import { headOf } from '../records/index.js';

/**
 * What a claim does with a row it has locked. `claim` takes it; `account` only counts the crash of its last owner, because it has
 * to wait its turn as a suspect; `quarantine` gives it up; `block` waits for a concurrency slot.
 *
 * @internal
 */
export type Verdict = 'claim' | 'account' | 'quarantine' | 'block';

/**
 * A select list over a locked row `i`, for judging it: whether its lease was lost, and how many crashes that makes. A lost lease is
 * a row that still has its owner; it counts as a crash when nothing was written under it.
 *
 * @internal
 */
export function judgedColumns(tables: TableNames): string {
  return `i.id, i.status, i.worker_id IS NOT NULL AS lost, i.crashes, i.claimed_head, ${headOf(tables, 'i')} AS head`;
}

/** The crash count after a judged row `p`: an entry written since its last claim ends the row of crashes. @internal */
export const CRASHES = `CASE WHEN p.head > p.claimed_head THEN 0 WHEN p.lost THEN p.crashes + 1 ELSE p.crashes END`;

/** A row was claimed when it was suspended. */
const RESUMES = `d.verdict = 'claim' AND d.status = 'suspended'`;

/**
 * The UPDATE of judged rows `d (id, status, verdict, crashes, head, blocked_on)`. Its RETURNING offers the whole row as `i`, with the verdict and the event it raised.
 *
 * @internal
 */
export function claimUpdate(
  tables: TableNames,
  parameters: { worker: string; build: string; leaseMs: string },
  returning: string,
): string {
  // Its parent may have ended in the very moment in which it was created; one that was restarted since is wanted all the same.
  const orphaned = `d.verdict = 'claim' AND i.status = 'pending' AND i.cancel_requested_at IS NULL AND i.parent_id IS NOT NULL
      AND i.parent_close <> 'abandon' AND NOT EXISTS (SELECT 1 FROM ${tables.instances} p WHERE p.id = i.parent_id
        AND p.generation = i.parent_generation
        AND p.status NOT IN ('completed', 'failed', 'cancelled', 'compensation_failed')) AND i.generation = 1`;
  return `UPDATE ${tables.instances} i SET
    updated_at = clock.now,
    fence = CASE d.verdict WHEN 'claim' THEN i.fence + 1 ELSE i.fence END,
    status = CASE d.verdict WHEN 'quarantine' THEN 'quarantined'
      WHEN 'claim' THEN CASE i.status WHEN 'compensating' THEN i.status ELSE 'running' END ELSE i.status END,
    worker_id = CASE d.verdict WHEN 'claim' THEN ${parameters.worker} END,
    build_id = CASE d.verdict WHEN 'claim' THEN ${parameters.build} ELSE i.build_id END,
    due_at = CASE d.verdict WHEN 'claim' THEN clock.now + ${parameters.leaseMs} WHEN 'quarantine' THEN NULL ELSE i.due_at END,
    crashes = d.crashes,
    head = d.head,
    claimed_head = d.head,
    blocked_on = CASE d.verdict WHEN 'block' THEN d.blocked_on END,
    event_seq = i.event_seq + CASE WHEN d.verdict = 'quarantine' OR (${RESUMES}) THEN 1 ELSE 0 END,
    error = CASE WHEN d.verdict IN ('claim', 'quarantine') THEN NULL ELSE i.error END,
    quarantined_for = CASE d.verdict WHEN 'quarantine' THEN 'crash' END,
    resume_status = CASE WHEN d.verdict = 'quarantine' AND i.status = 'compensating' THEN i.status END,
    cancel_requested_at = CASE WHEN ${orphaned} THEN clock.now ELSE i.cancel_requested_at END,
    cancel_reason = CASE WHEN ${orphaned} THEN 'The parent ended.' ELSE i.cancel_reason END
  FROM judged d, clock WHERE i.id = d.id
  RETURNING ${returning}`;
}

/** The event that a claimed or quarantined row `c (…, verdict, was)` raised, or NULL. @internal */
export function claimEvent(row: string, at: string): string {
  const quarantineDetail = `json_build_object('reason', ${row}.error)`;
  return `CASE WHEN ${row}.verdict = 'quarantine' THEN ${eventJson('quarantined', row, at, quarantineDetail)}
    WHEN ${row}.verdict = 'claim' AND ${row}.was = 'suspended' THEN ${eventJson('resumed', row, at)} END`;
}
