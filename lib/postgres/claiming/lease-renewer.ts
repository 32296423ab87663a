import type { RenewRequest, RenewResult } from '../../core/store/index.js';
import type { SqlStatement } from '../connection/index.js';
import { flag, number, text } from '../records/index.js';
import { NOW } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';

/** Prolongs leases in one statement that waits for no lock. @internal */
export class LeaseRenewer {
  constructor(private readonly core: StoreCore) {}

  statement(request: RenewRequest): SqlStatement {
    const { core } = this;
    const prepared = core.texts.get('renew', () => {
      const t = core.tables;
      return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
lease AS MATERIALIZED (SELECT u.id, u.fence FROM unnest($2::text[], $3::int4[]) AS u(id, fence)),
locked AS MATERIALIZED (
  SELECT x.id FROM lease l CROSS JOIN LATERAL (
    SELECT i.id FROM ${t.instances} i WHERE i.id = l.id AND i.fence = l.fence AND i.worker_id = $4::text
    FOR NO KEY UPDATE SKIP LOCKED) x),
renewed AS (UPDATE ${t.instances} i SET due_at = clock.now + $5::int8 FROM locked k, clock WHERE i.id = k.id
  RETURNING i.id, i.wakes, i.cancel_requested_at IS NOT NULL AS cancelled)
SELECT clock.now, x.* FROM clock LEFT JOIN (
  SELECT l.id, r.id IS NOT NULL AS renewed, r.wakes, r.cancelled FROM lease l LEFT JOIN renewed r ON r.id = l.id
  WHERE r.id IS NOT NULL OR EXISTS (
    SELECT 1 FROM ${t.instances} i WHERE i.id = l.id AND i.fence = l.fence AND i.worker_id = $4::text)) x ON true`;
    });
    // In id order, as every statement that locks several instances.
    const leases = [...request.leases].sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
    return {
      ...prepared,
      values: [
        core.offsetMs(),
        leases.map((lease) => lease.workflowId),
        leases.map((lease) => lease.fence),
        request.workerId,
        Math.ceil(request.leaseMs),
      ],
    };
  }

  read(rows: readonly Readonly<Record<string, string | null>>[]): RenewResult {
    const renewed: RenewResult['renewed'][number][] = [];
    const skipped: string[] = [];
    for (const row of rows) {
      if (row['id'] === null) continue;
      const workflowId = text(row, 'id');
      if (!flag(row, 'renewed')) skipped.push(workflowId);
      else renewed.push({ workflowId, wakes: number(row, 'wakes'), cancelRequested: flag(row, 'cancelled') });
    }
    return { now: number(rows[0] ?? {}, 'now'), renewed, skipped };
  }
}
