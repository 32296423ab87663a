import { WorkflowStoreError } from '../core/errors/index.js';
import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type { SignalSeed } from '../core/records/index.js';
import type {
  FlushResult,
  FlushUnit,
  PollRequest,
  PollResult,
  PurgeRequest,
  RenewRequest,
  RenewResult,
  ReopenRequest,
  RequestOutcome,
  SignalOutcome,
  StartResult,
  StartUnit,
  StatePersistence,
  StoreHint,
  StoreTransaction,
  WorkerRegistration,
  WorkflowStore,
} from '../core/store/index.js';
import { systemClock, type Cancellable, type Clock } from '../core/time/index.js';
import { Claimer } from './claimer.js';
import { InstanceRequests } from './instance-requests.js';
import type { InstanceRow } from './instance-row.js';
import { Intake } from './intake.js';
import { waitForRelease } from './lock.js';
import { MemoryDatabase } from './memory-database.js';
import { MemorySession } from './memory-session.js';
import { MemoryStatePersistence } from './memory-state.persistence.js';
import { MemoryTransaction, type TransactionSurroundings } from './memory-transaction.js';
import { renewLeases } from './renewal.js';
import { SignalRouter } from './signal-router.js';
import { UnitWriter } from './unit-writer.js';

/** How a {@link MemoryStore} is made. @publicApi */
export interface MemoryStoreOptions {
  /** @default the clock of the machine */
  readonly clock?: Clock;
  /** Taken at the beginning of every call. @default one turn of the promise queue */
  readonly yieldEach?: () => Promise<void>;
  /** Shares the data of another store, as a second process shares a database; the options below are then the other's. */
  readonly sharedWith?: MemoryStore;
  /** Whether lifecycle events are kept until a relay has published them. @default false */
  readonly outbox?: boolean;
  /** How long the second start of an id waits for an open transaction that holds it, milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** How many ended instances are kept; beyond it the oldest go. @default 10000 */
  readonly retain?: number;
}

/**
 * The store without a database: instances live as long as the process. It keeps every rule of the port, so that what is
 * developed and tested on it behaves on a database as well: values are text, and every call is a real asynchronous turn.
 *
 * @publicApi
 */
export class MemoryStore extends MemorySession implements WorkflowStore {
  readonly kind: string = 'memory';
  readonly durable: boolean = false;
  readonly states: StatePersistence;
  private readonly intake: Intake;
  private readonly requests: InstanceRequests;
  private readonly router: SignalRouter;
  private readonly writer: UnitWriter;
  private readonly claimer: Claimer;
  private readonly surroundings: TransactionSurroundings;
  private readonly transactions = new Set<MemoryTransaction>();
  private readonly subscriptions = new Set<Cancellable>();
  private routing = false;

  constructor(options: MemoryStoreOptions = {}) {
    super(
      options.sharedWith?.database ??
        new MemoryDatabase({
          clock: options.clock ?? systemClock,
          outbox: options.outbox ?? false,
          lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
          retain: options.retain ?? 10_000,
        }),
      options.yieldEach,
    );
    this.intake = new Intake(this.database);
    this.requests = new InstanceRequests(this.database);
    this.router = new SignalRouter(this.database, this.requests);
    this.writer = options.sharedWith?.writer ?? new UnitWriter(this.database);
    this.claimer = new Claimer(this.database);
    this.states = new MemoryStatePersistence(this.database, () => this.turn());
    this.surroundings = { database: this.database, writer: this.writer, turn: () => this.turn() };
  }

  /** Rolls back what is open, as a lost connection would, and hands out no more hints. The data stays. */
  async close(): Promise<void> {
    this.closed = true;
    for (const transaction of this.transactions) transaction.rollback();
    for (const subscription of this.subscriptions) subscription.cancel();
  }

  start(units: readonly StartUnit[], resend = false): Promise<StartResult[]> {
    return this.turn().then(() => {
      const results = units.map((unit) => this.intake.start(unit, resend));
      return results.some(isPending) ? Promise.all(results as Promise<StartResult>[]) : (results as StartResult[]);
    });
  }

  async signal(signals: readonly SignalSeed[]): Promise<SignalOutcome[]> {
    await this.turn();
    const stored = signals.map((seed) => this.intake.signal(seed));
    await this.turn();
    return stored.map(({ outcome, record }) =>
      record === undefined ? outcome : { kind: 'stored', created: true, woken: this.router.route(record) },
    );
  }

  join(transaction: unknown): StoreTransaction {
    return MemoryTransaction.of(transaction, this.database);
  }

  async transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    await this.turn();
    const transaction = new MemoryTransaction(this.surroundings);
    this.transactions.add(transaction);
    try {
      const result = await work(transaction);
      await this.turn();
      transaction.commit();
      return result;
    } finally {
      transaction.rollback();
      this.transactions.delete(transaction);
      this.routeSoon();
    }
  }

  /** Not an async function: the step that waits for it would wait for a promise more. */
  flush(units: readonly FlushUnit[], resend = false): Promise<FlushResult[]> {
    return this.turn().then(() => {
      const results = units.map((unit) => this.writer.write(unit, resend));
      this.routeSoon();
      return results;
    });
  }

  async registerWorker(worker: WorkerRegistration): Promise<void> {
    await this.turn();
    this.claimer.register(worker);
  }

  async unregisterWorker(workerId: string): Promise<void> {
    await this.turn();
    this.database.workers.stop(workerId);
  }

  async poll(request: PollRequest): Promise<PollResult> {
    await this.turn();
    this.database.workers.heartbeat(request.workerId, this.database.now);
    this.router.routeAll();
    await this.turn();
    return this.claimer.claim(request);
  }

  async renew(request: RenewRequest): Promise<RenewResult> {
    await this.turn();
    return renewLeases(this.database, request);
  }

  requestCancel(workflowId: string, reason: string, error: string): Promise<RequestOutcome | undefined> {
    return this.request(workflowId, (row) => this.requests.cancel(row, reason, error));
  }

  terminate(workflowId: string, reason: string, error: string): Promise<RequestOutcome | undefined> {
    return this.request(workflowId, (row) => this.requests.terminate(row, reason, error));
  }

  reopen(request: ReopenRequest): Promise<RequestOutcome | undefined> {
    return this.request(request.workflowId, (row) => this.requests.reopen(row, request));
  }

  restart(workflowId: string, seed: string): Promise<RequestOutcome | undefined> {
    return this.request(workflowId, (row) => this.requests.restart(row, seed));
  }

  async delete(workflowId: string): Promise<boolean> {
    const deleted = await this.request(workflowId, (row) => {
      if (row.isEnded) this.database.delete(row);
      return row.deleted;
    });
    return deleted ?? false;
  }

  async purge(request: PurgeRequest): Promise<number> {
    await this.turn();
    const rows = [...this.database.instances.purgeable(request)];
    for (const row of rows) this.database.delete(row);
    return rows.length;
  }

  onHint(listener: (hint: StoreHint) => void): Cancellable {
    const subscription = this.database.hints.listen(listener);
    this.subscriptions.add(subscription);
    return {
      cancel: () => {
        subscription.cancel();
        this.subscriptions.delete(subscription);
      },
    };
  }

  hint(hint: StoreHint): void {
    this.database.hints.send(hint);
  }

  async takeOutbox(request: {
    readonly workerId: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<LifecycleEvent[]> {
    await this.turn();
    return this.database.outbox?.take(request.limit, this.database.now, request.leaseMs) ?? [];
  }

  async settleOutbox(eventIds: readonly string[]): Promise<void> {
    await this.turn();
    this.database.outbox?.settle(eventIds);
  }

  private async request<T>(workflowId: string, act: (row: InstanceRow) => T): Promise<T | undefined> {
    await this.turn();
    const { instances, clock, lockTimeoutMs } = this.database;
    for (;;) {
      const row = instances.get(workflowId);
      if (row === undefined) return undefined;
      if (row.lock === undefined) {
        const outcome = act(row);
        this.routeSoon();
        return outcome;
      }
      if (!(await waitForRelease(row.lock, clock, lockTimeoutMs))) {
        throw new WorkflowStoreError(`A transaction holds the workflow "${workflowId}" for too long; try again.`);
      }
    }
  }

  private routeSoon(): void {
    if (this.routing || this.database.signals.unrouted.size === 0) return;
    this.routing = true;
    this.database.clock.macrotask(() => {
      this.routing = false;
      // What a closed store leaves behind is found by the next poll, as after a crash.
      if (!this.closed) this.router.routeAll();
    });
  }
}

function isPending(result: unknown): boolean {
  return result instanceof Promise;
}
