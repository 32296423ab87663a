import { LeaseLostError, WorkflowStoreError, WorkflowTransactionError } from '../core/errors/index.js';
import type { SignalRecord, SignalSeed } from '../core/records/index.js';
import type {
  FlushResult,
  FlushUnit,
  SignalOutcome,
  StartResult,
  StartUnit,
  StoreTransaction,
} from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';
import { Lock, waitForRelease } from './lock.js';
import type { MemoryDatabase } from './memory-database.js';
import type { UnitWriter } from './unit-writer.js';

/** What a transaction needs from the store that opened it. @internal */
export interface TransactionSurroundings {
  readonly database: MemoryDatabase;
  readonly writer: UnitWriter;
  /** A real asynchronous turn, as every statement takes one. */
  readonly turn: () => Promise<void>;
}

/** Something else that commits or rolls back with a transaction. @internal */
export interface TransactionParticipant {
  commit(): void;
  /** Called before the commit and at a rollback: whatever is held is let go. */
  release(): void;
}

interface OpenStart {
  readonly unit: StartUnit;
  readonly row: InstanceRow;
}

/**
 * A transaction of the memory store: what is written through it becomes visible when it commits, all at once, or never. It is
 * its own handle: pass it as `transaction` where a start or a signal takes one.
 *
 * @publicApi
 */
export class MemoryTransaction implements StoreTransaction {
  private state: 'open' | 'committed' | 'rolled back' = 'open';
  private readonly starts = new Map<string, OpenStart>();
  private readonly signals = new Map<string, SignalRecord>();
  private readonly units: FlushUnit[] = [];
  private readonly locked = new Set<InstanceRow>();
  private readonly locks: Lock[] = [];
  private readonly callbacks: (() => void)[] = [];
  private readonly participants: TransactionParticipant[] = [];

  constructor(private readonly surroundings: TransactionSurroundings) {}

  /**
   * The open transaction that a caller gave.
   *
   * @throws WorkflowTransactionError for anything else, and for one of a store with other data
   * @internal
   */
  static of(given: unknown, database: MemoryDatabase): MemoryTransaction {
    if (!(given instanceof MemoryTransaction)) {
      throw new WorkflowTransactionError(
        'What was given as `transaction` is not a transaction of the memory store. Pass what the callback of its `transaction` method receives.',
      );
    }
    if (given.surroundings.database !== database) {
      throw new WorkflowTransactionError(
        'What was given as `transaction` is a transaction of another memory store, so nothing would commit or roll back together. Pass one of the store that the module uses.',
      );
    }
    given.assertOpen();
    return given;
  }

  get handle(): unknown {
    return this;
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  async start(unit: StartUnit): Promise<StartResult> {
    await this.turn();
    const { database } = this.surroundings;
    const { id } = unit.seed;
    const own = this.starts.get(id);
    if (own !== undefined) return { kind: 'existing', record: own.row.toRecord() };
    for (let holder = database.reserved.get(id); holder !== undefined; holder = database.reserved.get(id)) {
      if (!(await waitForRelease(holder, database.clock, database.lockTimeoutMs))) return { kind: 'locked' };
      this.assertOpen();
    }
    const existing = database.instances.get(id);
    if (existing !== undefined) return { kind: 'existing', record: existing.toRecord() };
    const row = database.draft(unit);
    database.reserved.set(id, this.hold(new Lock()));
    this.starts.set(id, { unit, row });
    return { kind: 'created', record: row.toRecord() };
  }

  async signal(seed: SignalSeed): Promise<SignalOutcome> {
    await this.turn();
    const { database } = this.surroundings;
    if (database.signals.has(seed.id) || this.signals.has(seed.id)) return { kind: 'stored', created: false, woken: 0 };
    if (seed.workflowId !== undefined && !this.starts.has(seed.workflowId)) {
      const mailbox = database.instances.get(seed.workflowId);
      if (mailbox === undefined) return { kind: 'unknown' };
      const { status } = mailbox;
      if (mailbox.isEnded) return { kind: 'ended', status } as SignalOutcome;
    }
    this.signals.set(seed.id, database.receive(seed));
    return { kind: 'stored', created: true, woken: 0 };
  }

  async flush(unit: FlushUnit): Promise<FlushResult> {
    await this.turn();
    const { database, writer } = this.surroundings;
    const row = database.instances.get(unit.workflowId);
    if (row !== undefined && this.locked.has(row)) {
      throw new WorkflowTransactionError(
        `The transaction has written the workflow "${unit.workflowId}" already; put everything into one unit.`,
      );
    }
    for (let lock = writer.obstacle(unit); lock !== undefined; lock = writer.obstacle(unit)) {
      if (!(await waitForRelease(lock, database.clock, database.lockTimeoutMs))) {
        throw new WorkflowStoreError(
          `Another transaction holds the workflow "${unit.workflowId}" for too long; try again.`,
        );
      }
      this.assertOpen();
    }
    const refusal = writer.judge(unit, false);
    if (refusal?.kind === 'fenced') throw new LeaseLostError({ workflowId: unit.workflowId });
    if (refusal !== undefined || row === undefined) return refusal ?? { kind: 'fenced' };
    row.lock = this.hold(new Lock());
    this.locked.add(row);
    for (const { seed } of unit.children ?? []) {
      if (database.instances.get(seed.id) === undefined) database.reserved.set(seed.id, this.hold(new Lock()));
    }
    this.units.push(unit);
    return writer.answer(row, unit);
  }

  onCommit(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** @internal */
  enlist(participant: TransactionParticipant): void {
    this.assertOpen();
    this.participants.push(participant);
  }

  /** @internal */
  commit(): void {
    this.assertOpen();
    this.state = 'committed';
    const { database, writer } = this.surroundings;
    this.letGo();
    for (const { row, unit } of this.starts.values()) database.insert(row, unit);
    for (const unit of this.units) writer.apply(unit);
    for (const signal of this.signals.values()) database.store(signal);
    for (const participant of this.participants) participant.commit();
    for (const callback of this.callbacks) callback();
  }

  /** @internal */
  rollback(): void {
    if (this.state !== 'open') return;
    this.state = 'rolled back';
    this.letGo();
  }

  /** Throws unless the transaction can still be written through. @internal */
  assertOpen(): void {
    if (this.state === 'open') return;
    throw new WorkflowTransactionError(`This transaction of the memory store is ${this.state}; open a new one.`);
  }

  // Whoever waits goes on in a later turn, when everything of this transaction is visible.
  private letGo(): void {
    const { database } = this.surroundings;
    for (const row of this.locked) row.lock = undefined;
    for (const id of this.starts.keys()) database.reserved.delete(id);
    for (const unit of this.units) for (const { seed } of unit.children ?? []) database.reserved.delete(seed.id);
    for (const participant of this.participants) participant.release();
    for (const lock of this.locks) lock.release();
  }

  private hold(lock: Lock): Lock {
    this.locks.push(lock);
    return lock;
  }

  private async turn(): Promise<void> {
    this.assertOpen();
    await this.surroundings.turn();
    this.assertOpen();
  }
}
