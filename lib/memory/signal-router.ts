import {
  CLOSE_CANCEL_SIGNAL,
  CLOSE_TERMINATE_SIGNAL,
  type CloseRequest,
  type SignalRecord,
} from '../core/records/index.js';
import type { InstanceRow } from './instance-row.js';
import type { InstanceRequests } from './instance-requests.js';
import type { MemoryDatabase } from './memory-database.js';

/** Finds the waits that stored signals are for, after their commit and in a turn of its own. @internal */
export class SignalRouter {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly requests: InstanceRequests,
  ) {}

  /** Routes everything that is not routed yet. */
  routeAll(): void {
    // What routing itself sends (outcomes and close requests of those it ends) is routed by the same loop.
    for (const signal of this.database.signals.unrouted) this.route(signal);
  }

  /** Raises the wake count of everyone who waits for it; tells how many. A signal whose instance is locked is left for later. */
  route(signal: SignalRecord): number {
    const { signals, instances, waits, changes } = this.database;
    if (!signals.unrouted.has(signal)) return 0;
    const mailbox = signal.workflowId === undefined ? undefined : instances.get(signal.workflowId);
    const isRequest = signal.name === CLOSE_CANCEL_SIGNAL || signal.name === CLOSE_TERMINATE_SIGNAL;
    const targets = isRequest ? (mailbox === undefined ? [] : [mailbox]) : waits.matches(signal, mailbox);
    const free = targets.filter((row) => row.lock === undefined);
    if (free.length === targets.length) signals.markRouted(signal);
    for (const row of free) {
      if (isRequest) this.close(row, signal);
      else changes.wake(row, this.database.now);
    }
    return free.length;
  }

  private close(row: InstanceRow, signal: SignalRecord): void {
    // Applied is consumed: it is nothing that an instance could wait for.
    row.consume(signal.id);
    const { reason, error } = JSON.parse(signal.payload ?? '{"reason":"The parent ended.","error":""}') as CloseRequest;
    if (signal.name === CLOSE_CANCEL_SIGNAL) this.requests.cancel(row, reason, error);
    else this.requests.terminate(row, reason, error);
  }
}
