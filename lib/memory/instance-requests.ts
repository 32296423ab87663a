import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type { ReopenRequest, RequestOutcome } from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';
import type { MemoryDatabase } from './memory-database.js';

/** What a person, or a parent, can ask of an instance. Every method expects a row that nobody holds a lock on. @internal */
export class InstanceRequests {
  constructor(private readonly database: MemoryDatabase) {}

  cancel(row: InstanceRow, reason: string, error: string): RequestOutcome {
    if (row.isEnded) return refused(row);
    const { now, changes } = this.database;
    row.cancel ??= Object.freeze({ reason, requestedAt: now });
    if (row.status === 'pending') return accepted(row, this.endNow(row, reason, error));
    changes.wake(row, now);
    return accepted(row, []);
  }

  terminate(row: InstanceRow, reason: string, error: string): RequestOutcome {
    if (row.isEnded) return refused(row);
    row.fence += 1;
    row.cancel ??= Object.freeze({ reason, requestedAt: this.database.now });
    const events = this.endNow(row, reason, error);
    this.database.changes.askChildren(row, reason, error);
    return accepted(row, events);
  }

  reopen(row: InstanceRow, request: ReopenRequest): RequestOutcome | undefined {
    if (row.status !== 'failed' || row.fence !== request.fence) return undefined;
    row.release(row.journal.remove(request.removePositions));
    this.database.changes.reopen(row, 'running', request.timeoutMs, this.database.now);
    return accepted(row, [this.database.changes.raise(row, 'retried')]);
  }

  restart(row: InstanceRow, seed: string): RequestOutcome {
    if (!row.isEnded) return refused(row);
    this.database.changes.nextGeneration(row, seed);
    row.customStatus = undefined;
    this.database.changes.reopen(row, 'pending', row.timeoutMs, this.database.now);
    return accepted(row, [this.database.changes.raise(row, 'retried')]);
  }

  private endNow(row: InstanceRow, reason: string, error: string): LifecycleEvent[] {
    const { changes } = this.database;
    const ending = { status: 'cancelled', error } as const;
    changes.end(row, ending, this.database.now);
    changes.tellParent(row, ending);
    return [changes.raise(row, 'cancelled', { reason })];
  }
}

function accepted(row: InstanceRow, events: readonly LifecycleEvent[]): RequestOutcome {
  return { record: row.toRecord(), accepted: true, events };
}

function refused(row: InstanceRow): RequestOutcome {
  return { record: row.toRecord(), accepted: false, events: [] };
}
