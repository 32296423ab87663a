import {
  lifecycleEventId,
  type LifecycleDetail,
  type LifecycleEvent,
  type LifecycleEventType,
} from '../core/lifecycle/index.js';
import {
  childOutcomeSignal,
  closeSignal,
  type SignalRecord,
  type SignalSeed,
  type TerminalStatus,
} from '../core/records/index.js';
import type { LeaseGrant } from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';
import type { ClaimQueue } from './claim-queue.js';
import type { HintExchange } from './hint-exchange.js';
import type { InstanceTable } from './instance-table.js';
import type { OutboxTable } from './outbox-table.js';
import type { SignalTable } from './signal-table.js';
import type { SlotTable } from './slot-table.js';
import type { WaitIndex } from './wait-index.js';
import type { WorkerTable } from './worker-table.js';

/** What an instance ends with. @internal */
export interface Ending {
  readonly status: TerminalStatus;
  readonly output?: string;
  readonly error?: string;
}

/** The tables that a change of a row touches. @internal */
export interface RowTables {
  readonly now: number;
  readonly instances: InstanceTable;
  readonly signals: SignalTable;
  readonly waits: WaitIndex;
  readonly queue: ClaimQueue;
  readonly slots: SlotTable;
  readonly workers: WorkerTable;
  readonly outbox: OutboxTable | undefined;
  readonly hints: HintExchange;
  delete(row: InstanceRow): void;
  receive(seed: SignalSeed): SignalRecord;
  store(signal: SignalRecord): boolean;
}

/** The elementary changes of an instance row, each with everything that hangs on it: queue, slots, waits, hints. @internal */
export class RowChanges {
  constructor(
    private readonly database: RowTables,
    private readonly retain: number,
  ) {}

  lease(row: InstanceRow, grant: LeaseGrant, now: number): void {
    row.fence += 1;
    row.status = row.undoing ? 'compensating' : 'running';
    row.buildId = grant.buildId;
    row.progressed = false;
    if (row.workerId !== undefined) this.database.workers.dropLease(row.workerId, row);
    row.workerId = grant.workerId;
    this.database.workers.addLease(grant.workerId, row);
    this.moveDue(row, now + grant.leaseMs, now);
  }

  /** Ends a lease without an end of the instance; the row is due at the instant given. */
  giveBack(row: InstanceRow, dueAt: number | undefined, now: number): void {
    this.dropLease(row);
    this.moveDue(row, dueAt, now);
    this.database.slots.release(row);
    if (dueAt !== undefined && dueAt <= now) this.database.hints.send({ kind: 'due' });
  }

  /** Something happened that could end a wait. */
  wake(row: InstanceRow, now: number): void {
    row.wakes += 1;
    if (row.isEnded) return;
    if (!row.isLeased && row.status !== 'quarantined' && (row.dueAt === undefined || row.dueAt > now)) {
      this.moveDue(row, now, now);
      this.database.hints.send({ kind: 'due' });
    }
    this.database.hints.send({ kind: 'woken', workflowId: row.id });
  }

  moveDue(row: InstanceRow, dueAt: number | undefined, now: number): void {
    // Out of its heap first: the heap is ordered by what changes here.
    this.database.queue.take(row);
    row.dueAt = dueAt;
    row.updatedAt = now;
    this.database.queue.place(row, now);
  }

  end(row: InstanceRow, ending: Ending, now: number): void {
    row.status = ending.status;
    row.output = ending.output;
    row.error = ending.error;
    row.endedAt = now;
    row.undoing = false;
    if (row.quarantine !== undefined) this.database.queue.bringBack(row);
    row.quarantine = undefined;
    this.database.waits.endAll(row);
    this.giveBack(row, undefined, now);
    this.database.instances.noteEnded(row);
    this.database.hints.send({ kind: 'ended', workflowId: row.id });
    for (const old of this.database.instances.surplus(this.retain)) if (old !== row) this.database.delete(old);
  }

  quarantine(row: InstanceRow, cause: 'mismatch' | 'crashes' | 'person', error: string | undefined, now: number): void {
    row.status = 'quarantined';
    row.quarantine = cause;
    row.error = error;
    this.giveBack(row, undefined, now);
    this.database.queue.setAside(row);
    this.database.hints.send({ kind: 'ended', workflowId: row.id });
  }

  noteMismatch(row: InstanceRow, buildId: string, error: string, now: number): void {
    row.mismatch = { error, at: now };
    if (!row.mismatchedBuilds.includes(buildId)) {
      row.mismatchedBuilds = Object.freeze([...row.mismatchedBuilds, buildId]);
      this.database.queue.assign(row);
    }
    this.giveBack(row, now, now);
  }

  /** An ended instance goes on: open again, and due. */
  reopen(row: InstanceRow, status: 'pending' | 'running', timeoutMs: number | undefined, now: number): void {
    this.database.instances.noteReopened(row);
    row.status = status;
    row.output = undefined;
    row.error = undefined;
    row.endedAt = undefined;
    row.cancel = undefined;
    row.crashes = 0;
    row.deadlineAt = timeoutMs === undefined ? undefined : now + timeoutMs;
    this.forgetBuilds(row);
    this.moveDue(row, now, now);
    this.database.hints.send({ kind: 'due' });
  }

  nextGeneration(row: InstanceRow, seed: string): void {
    this.database.waits.endAll(row);
    this.database.signals.forget(row.beginGeneration(seed));
  }

  forgetBuilds(row: InstanceRow): void {
    row.mismatch = undefined;
    if (row.mismatchedBuilds.length === 0) return;
    row.mismatchedBuilds = [];
    this.database.queue.assign(row);
  }

  /** Raises a lifecycle event of the store's own. */
  raise(row: InstanceRow, type: LifecycleEventType, detail?: LifecycleDetail): LifecycleEvent {
    row.eventSeq += 1;
    const event: LifecycleEvent = Object.freeze({
      type,
      eventId: lifecycleEventId(row.id, row.generation, row.eventSeq),
      seq: row.eventSeq,
      workflowId: row.id,
      workflowName: row.name,
      version: row.version,
      generation: row.generation,
      at: this.database.now,
      status: row.status,
      headers: row.headers,
      ...(row.parent === undefined ? {} : { parentId: row.parent.workflowId }),
      ...(detail === undefined ? {} : { detail }),
    });
    this.database.outbox?.add(event);
    return event;
  }

  tellParent(row: InstanceRow, ending: Ending): void {
    if (row.parent !== undefined)
      this.send(childOutcomeSignal(row, row.parent, { status: ending.status, error: ending.error }));
  }

  askChildren(row: InstanceRow, reason: string, error: string): void {
    for (const child of this.database.instances.childrenOf(row.id)) {
      if (child.isEnded) continue;
      this.send(closeSignal(row, child.id, child.parent?.close ?? 'abandon', { reason, error }));
    }
  }

  private send(seed: SignalSeed | undefined): void {
    if (seed !== undefined) this.database.store(this.database.receive(seed));
  }

  private dropLease(row: InstanceRow): void {
    if (row.workerId !== undefined) this.database.workers.dropLease(row.workerId, row);
    row.workerId = undefined;
  }
}
