import { WorkflowStoreError } from '../core/errors/index.js';
import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type {
  PurgeRequest,
  StateAppendResult,
  StateHistoryQuery,
  StatePersistence,
  StateTransitionRecord,
  StateTransitionSeed,
} from '../core/store/index.js';
import { Lock, waitForRelease } from './lock.js';
import { MachineRemoval } from './machine-removal.js';
import type { MemoryDatabase } from './memory-database.js';
import { MemoryTransaction, type TransactionParticipant } from './memory-transaction.js';
import { assertAllStorable } from './storable.js';

/** What one transaction has written and nobody else sees yet. */
class PendingTransitions implements TransactionParticipant {
  readonly records = new Map<string, StateTransitionRecord[]>();
  readonly events: LifecycleEvent[] = [];
  private readonly lock = new Lock();

  constructor(private readonly database: MemoryDatabase) {}

  add(record: StateTransitionRecord): void {
    const { machineId } = record;
    const own = this.records.get(machineId);
    if (own !== undefined) {
      own.push(record);
      return;
    }
    this.records.set(machineId, [record]);
    this.database.states.reserved.set(machineId, this.lock);
  }

  commit(): void {
    for (const record of [...this.records.values()].flat()) this.database.states.add(record);
    for (const event of this.events) this.database.outbox?.add(event);
  }

  release(): void {
    for (const machineId of this.records.keys()) this.database.states.reserved.delete(machineId);
    this.lock.release();
  }
}

/** State machines in memory, in the transactions of the memory store. @internal */
export class MemoryStatePersistence implements StatePersistence {
  private readonly removal: MachineRemoval;
  private readonly pending = new WeakMap<MemoryTransaction, PendingTransitions>();

  constructor(
    private readonly database: MemoryDatabase,
    /** A real asynchronous turn, as every statement takes one. */
    private readonly turn: () => Promise<void>,
  ) {
    this.removal = new MachineRemoval(database);
  }

  async load(machineId: string, transaction?: unknown): Promise<StateTransitionRecord | undefined> {
    const own = this.pendingOf(transaction);
    await this.turn();
    return own?.records.get(machineId)?.at(-1) ?? this.database.states.last(machineId);
  }

  async history(machineId: string, query: StateHistoryQuery, transaction?: unknown): Promise<StateTransitionRecord[]> {
    const own = this.pendingOf(transaction);
    await this.turn();
    const after = query.after ?? 0;
    const pending = own?.records.get(machineId)?.filter(({ version }) => version > after) ?? [];
    return [...this.database.states.read(machineId, query), ...pending].slice(0, query.limit);
  }

  async append(seed: StateTransitionSeed, transaction?: unknown): Promise<StateAppendResult> {
    const joined = this.joined(transaction);
    const { states, clock, lockTimeoutMs } = this.database;
    const { machineId } = seed;
    await this.turn();
    assertAllStorable(machineId, seed.name, seed.from, seed.to, seed.trigger, seed.metadata, seed.snapshot, seed.token);
    const own = joined && this.pending.get(joined);
    while (own?.records.has(machineId) !== true) {
      const holder = states.reserved.get(machineId);
      if (holder === undefined) break;
      if (await waitForRelease(holder, clock, lockTimeoutMs)) continue;
      throw new WorkflowStoreError(`A transaction holds the state machine "${machineId}" for too long; try again.`);
    }
    joined?.assertOpen();
    const last = own?.records.get(machineId)?.at(-1) ?? states.last(machineId);
    const actual = last?.version ?? 0;
    const isOther = seed.follows !== undefined && last !== undefined && last.token !== seed.follows;
    if (seed.version !== actual + 1 || isOther) {
      const written = states.at(machineId, seed.version);
      return written?.token === seed.token ? { kind: 'stored', record: written } : { kind: 'conflict', actual };
    }
    const { event } = seed;
    const record = recordOf(seed, this.database.now);
    const told = event === undefined ? [] : [{ ...event, at: record.at }];
    if (joined === undefined) {
      states.add(record);
      for (const one of told) this.database.outbox?.add(one);
    } else {
      const pending = this.enlisted(joined);
      pending.add(record);
      pending.events.push(...told);
    }
    return { kind: 'stored', record };
  }

  async delete(machineId: string): Promise<boolean> {
    await this.turn();
    return this.removal.delete(machineId);
  }

  async purge(request: PurgeRequest): Promise<number> {
    await this.turn();
    return this.removal.purge(request);
  }

  private pendingOf(transaction: unknown): PendingTransitions | undefined {
    const joined = this.joined(transaction);
    return joined && this.pending.get(joined);
  }

  private joined(transaction: unknown): MemoryTransaction | undefined {
    return transaction === undefined ? undefined : MemoryTransaction.of(transaction, this.database);
  }

  private enlisted(transaction: MemoryTransaction): PendingTransitions {
    const known = this.pending.get(transaction);
    if (known !== undefined) return known;
    const pending = new PendingTransitions(this.database);
    transaction.enlist(pending);
    this.pending.set(transaction, pending);
    return pending;
  }
}

/** Written out: to spread a seed without some of it takes longer than all the rest of a write. */
function recordOf(seed: StateTransitionSeed, at: number): StateTransitionRecord {
  const { machineId, version, name, definitionVersion, to, trigger, snapshot, token, from, metadata, ended } = seed;
  const record: { -readonly [K in keyof StateTransitionRecord]: StateTransitionRecord[K] } = {
    machineId,
    version,
    name,
    definitionVersion,
    to,
    trigger,
    snapshot,
    token,
    at,
  };
  if (from !== undefined) record.from = from;
  if (metadata !== undefined) record.metadata = metadata;
  if (ended !== undefined) record.ended = ended;
  return Object.freeze(record);
}
