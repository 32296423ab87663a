import type { SignalRecord, SignalSeed } from '../core/records/index.js';
import type { StartUnit } from '../core/store/index.js';
import type { Clock } from '../core/time/index.js';
import { ClaimQueue } from './claim-queue.js';
import { HintExchange } from './hint-exchange.js';
import { InstanceRow } from './instance-row.js';
import { InstanceTable } from './instance-table.js';
import type { Lock } from './lock.js';
import { OutboxTable } from './outbox-table.js';
import { RowChanges } from './row-changes.js';
import { SignalTable } from './signal-table.js';
import { SlotTable } from './slot-table.js';
import { StateTable } from './state-table.js';
import { assertAllStorable } from './storable.js';
import { WaitIndex } from './wait-index.js';
import { WorkerTable } from './worker-table.js';

/** What a {@link MemoryDatabase} is made of. @internal */
export interface MemoryDatabaseOptions {
  readonly clock: Clock;
  readonly outbox: boolean;
  readonly lockTimeoutMs: number;
  /** How many ended instances are kept. */
  readonly retain: number;
}

/** The data that memory stores share, as processes share a database. Every method is one atomic turn. @internal */
export class MemoryDatabase {
  readonly instances = new InstanceTable();
  readonly signals = new SignalTable(() => this.instances.oldestOpen());
  readonly waits = new WaitIndex();
  readonly queue = new ClaimQueue();
  readonly slots = new SlotTable();
  readonly workers = new WorkerTable();
  readonly states = new StateTable();
  readonly outbox: OutboxTable | undefined;
  readonly hints: HintExchange;
  readonly changes: RowChanges;
  /** Ids of instances that an open transaction has started. */
  readonly reserved = new Map<string, Lock>();
  readonly clock: Clock;
  readonly lockTimeoutMs: number;
  private sequence = 0;

  constructor(options: MemoryDatabaseOptions) {
    this.clock = options.clock;
    this.lockTimeoutMs = options.lockTimeoutMs;
    this.outbox = options.outbox ? new OutboxTable() : undefined;
    this.hints = new HintExchange(options.clock);
    this.changes = new RowChanges(this, options.retain);
  }

  get now(): number {
    return this.clock.now();
  }

  nextSequence(): number {
    return (this.sequence += 1);
  }

  /** A row that nobody sees yet. Throws when it cannot be stored. */
  draft(unit: StartUnit): InstanceRow {
    const { seed } = unit;
    assertAllStorable(seed.id, seed.name, seed.input, seed.inputHash, seed.seed);
    const row = new InstanceRow(seed, this.nextSequence(), this.now);
    row.eventSeq = unit.events?.at(-1)?.seq ?? 0;
    this.queue.assign(row);
    return row;
  }

  /** Makes a drafted row visible, leased when that was asked for and nothing forbids it. */
  insert(row: InstanceRow, unit: StartUnit): void {
    this.instances.add(row);
    for (const event of unit.events ?? []) this.outbox?.add(event);
    const now = this.now;
    if (unit.lease !== undefined && (row.dueAt as number) <= now && this.slots.take(row)) {
      this.changes.lease(row, unit.lease, now);
      return;
    }
    // Without the lease it may be parked already, behind a full key.
    if (row.heap === undefined) this.queue.place(row, now);
    this.hints.send({ kind: 'due' });
  }

  /** A signal with its place in the order of arrival. Throws when it cannot be stored. */
  receive(seed: SignalSeed): SignalRecord {
    assertAllStorable(seed.id, seed.name, seed.key, seed.payload);
    return Object.freeze({ ...seed, seq: this.nextSequence(), receivedAt: this.now });
  }

  /** Makes a signal visible; false when its id is known. One for an instance that is gone is dropped. */
  store(signal: SignalRecord): boolean {
    if (this.signals.has(signal.id)) return false;
    const mailbox = signal.workflowId === undefined ? undefined : this.instances.get(signal.workflowId);
    if (signal.workflowId !== undefined && mailbox === undefined) return false;
    this.signals.add(signal, mailbox);
    return true;
  }

  delete(row: InstanceRow): void {
    this.instances.remove(row);
    this.signals.forget(row.signalIds());
    this.waits.endAll(row);
    this.queue.take(row);
  }
}
