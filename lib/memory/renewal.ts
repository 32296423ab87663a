import type { RenewRequest, RenewResult } from '../core/store/index.js';
import type { MemoryDatabase } from './memory-database.js';

/** Prolongs the leases that still are the worker's; a locked row is skipped, never waited for. @internal */
export function renewLeases(database: MemoryDatabase, request: RenewRequest): RenewResult {
  const { now, instances, changes, workers } = database;
  workers.heartbeat(request.workerId, now);
  const renewed: RenewResult['renewed'][number][] = [];
  const skipped: string[] = [];
  for (const { workflowId, fence } of request.leases) {
    const row = instances.get(workflowId);
    if (row === undefined || row.fence !== fence || row.workerId !== request.workerId) continue;
    if (row.lock !== undefined) {
      skipped.push(workflowId);
      continue;
    }
    changes.moveDue(row, now + request.leaseMs, now);
    renewed.push({ workflowId, wakes: row.wakes, cancelRequested: row.cancel !== undefined });
  }
  return { now, renewed, skipped };
}
