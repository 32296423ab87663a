import { silentLogger, type LifecycleEvent } from '../core/lifecycle/index.js';
import { CLOSE_CANCEL_SIGNAL, CLOSE_TERMINATE_SIGNAL, newWorkflowId, type SignalSeed } from '../core/records/index.js';
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
  StoreTransactionOptions,
  WorkerIdentity,
  WorkerRegistration,
  WorkflowStore,
} from '../core/store/index.js';
import { systemClock, type Cancellable } from '../core/time/index.js';
import { ClaimDesk, wantsLimitedLease } from './claim-desk.js';
import { WorkerIdentities } from './claiming/index.js';
import { isStateConcurrencyError } from '../core/errors/index.js';
import { ReservedConnection, ResilientDatabase, isSerializationFailure, type SqlDatabase } from './connection/index.js';
import { LimitedLeases, leavesLease } from './limited-leases.js';
import { HintChannel, Outbox } from './messaging/index.js';
import { PostgresReads } from './postgres-reads.js';
import type { PostgresStoreOptions } from './postgres-store.options.js';
import { PostgresTransaction, type TransactionParts } from './postgres-transaction.js';
import { CloseRequests, InstanceRequests } from './requests/index.js';
import { SignalPoster, SignalRouter } from './routing/index.js';
import { SchemaMigrator } from './schema/index.js';
import { PreparedTexts, TableNames } from './sql/index.js';
import { PostgresStatePersistence } from './state-persistence.js';
import type { StoreCore } from './store-core.js';
import { Upkeep } from './upkeep.js';
import { FlushWriter, InstanceStarter } from './writing/index.js';

/** Transactions that the database undid are run again so often. */
const TRANSACTION_ATTEMPTS = 10;

/**
 * Instances, journals and signals in Postgres. Hand-written SQL over the application's own pool; one statement for each write of any
 * number of instances.
 *
 * @publicApi
 */
export class PostgresStore extends PostgresReads implements WorkflowStore {
  readonly kind = 'postgres';
  readonly durable = true;
  readonly states: StatePersistence;
  private readonly migrator: SchemaMigrator;
  private readonly reserved: ReservedConnection;
  private readonly identities: WorkerIdentities;
  private readonly hints: HintChannel;
  private readonly upkeep: Upkeep;
  private readonly desk: ClaimDesk;
  private readonly router: SignalRouter;
  private readonly requests: InstanceRequests;
  private readonly outbox: Outbox;
  private readonly parts: TransactionParts;

  constructor(
    database: SqlDatabase,
    private readonly options: PostgresStoreOptions = {},
  ) {
    super(coreOf(database, options));
    const { core } = this;
    this.migrator = new SchemaMigrator(core.database, core.tables);
    this.reserved = new ReservedConnection(
      database,
      'nestjs-workflow leases',
      (connection) => this.identities.hold(connection),
      () => this.identities.restore(),
    );
    this.identities = new WorkerIdentities(core, this.reserved);
    const notify = options.notify ?? true;
    this.hints = new HintChannel(core, newWorkflowId(core.clock), {
      notify: notify !== false,
      coalesceMs: 5,
      keepAliveMs: 30_000,
      answerMs: 5_000,
      ...(typeof notify === 'object' ? notify : {}),
    });
    this.router = new SignalRouter(core);
    this.requests = new InstanceRequests(core);
    this.desk = new ClaimDesk(core, this.reserved);
    this.upkeep = new Upkeep(core, this.router, new CloseRequests(core, this.requests), this.desk.slots, (hint) =>
      this.hint(hint),
    );
    this.outbox = new Outbox(core);
    this.states = new PostgresStatePersistence(core);
    this.parts = {
      starter: new InstanceStarter(core),
      poster: new SignalPoster(core),
      writer: new FlushWriter(core, (unit, { kind }) => {
        if (kind === 'applied') this.flushed(unit);
        else if (kind === 'fenced') core.limited.remove(unit.workflowId);
      }),
      started: (unit) => this.started(unit),
      signalled: () => this.upkeep.soon('route'),
      flushed: (unit) => this.flushed(unit),
    };
  }

  async open(): Promise<void> {
    if (this.options.migrate === true) await this.migrator.migrate();
    else await this.migrator.requireCurrent();
    this.hints.open();
  }

  async close(): Promise<void> {
    await this.upkeep.close();
    await this.hints.close();
    this.identities.close();
    await this.reserved.close();
    this.core.database.close();
  }

  start(units: readonly StartUnit[], resend = false): Promise<StartResult[]> {
    if (units.length === 0) return Promise.resolve([]);
    return this.parts.starter.start(units, resend).then((results) => {
      if (!units.some(wantsLimitedLease)) return this.allStarted(units, results);
      const leased = this.desk.leaseLimited(units, results, (events) => this.upkeep.keep(events));
      return leased.then(() => this.allStarted(units, results));
    });
  }

  async signal(signals: readonly SignalSeed[]): Promise<SignalOutcome[]> {
    if (signals.length === 0) return [];
    const { database } = this.core;
    const outcomes = await this.parts.poster.post({ query: (statement) => database.repeatable(statement) }, signals);
    // Also those stored before: the sending whose answer was lost may not have come to routing them.
    const stored = signals.filter((_, index) => outcomes[index]?.kind === 'stored');
    if (stored.length === 0) return outcomes;
    const round = await this.router.route(stored.map((seed) => seed.id));
    this.upkeep.tell(round);
    if (round.unfinished) this.upkeep.soon('route');
    if (stored.some(isCloseRequest)) this.upkeep.soon('close');
    return outcomes.map((outcome, index) => {
      const woken = round.bySignal.get((signals[index] as SignalSeed).id) ?? 0;
      return outcome.kind === 'stored' ? { ...outcome, woken } : outcome;
    });
  }

  join(transaction: unknown): StoreTransaction {
    return new PostgresTransaction(this.core.database.raw.join(transaction), this.parts);
  }

  async transaction<T>(
    work: (transaction: StoreTransaction) => Promise<T>,
    options: StoreTransactionOptions = {},
  ): Promise<T> {
    const { database, opened } = this.core;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await database.raw.userTransaction((transaction) => {
          opened.add(transaction.handle as object);
          return work(new PostgresTransaction(transaction, this.parts));
        }, options.isolation);
      } catch (error) {
        // A machine that somebody else moved shows to a stricter isolation level only in a new transaction.
        const isUndone =
          isSerializationFailure(error) || (isStrict(options.isolation) && isStateConcurrencyError(error));
        if (!isUndone || attempt === TRANSACTION_ATTEMPTS) throw error;
        await database.pause(attempt);
      }
    }
  }

  flush(units: readonly FlushUnit[], resend = false): Promise<FlushResult[]> {
    if (units.length === 0) return Promise.resolve([]);
    return this.parts.writer.flush(units, resend);
  }

  async registerWorker(worker: WorkerRegistration): Promise<void> {
    await this.desk.register(worker);
    this.hint({ kind: 'due' });
  }

  acquireWorkerId(base: string): Promise<WorkerIdentity> {
    return this.identities.acquire(base);
  }

  unregisterWorker(workerId: string): Promise<void> {
    return this.desk.unregister(workerId);
  }

  async poll(request: PollRequest): Promise<PollResult> {
    const result = await this.desk.poll(request, () => this.upkeep.now());
    const kept = this.upkeep.takeEvents();
    return kept.length === 0 ? result : { ...result, events: [...kept, ...result.events] };
  }

  renew(request: RenewRequest): Promise<RenewResult> {
    return this.desk.renew(request);
  }

  async requestCancel(workflowId: string, reason: string, error: string): Promise<RequestOutcome | undefined> {
    return this.told(await this.requests.endOne('cancel', { workflowId, reason, error }));
  }

  async terminate(workflowId: string, reason: string, error: string): Promise<RequestOutcome | undefined> {
    return this.told(await this.requests.endOne('terminate', { workflowId, reason, error }));
  }

  async reopen(request: ReopenRequest): Promise<RequestOutcome | undefined> {
    return this.told(await this.requests.reopen(request));
  }

  async restart(workflowId: string, seed: string): Promise<RequestOutcome | undefined> {
    return this.told(await this.requests.restart(workflowId, seed));
  }

  delete(workflowId: string): Promise<boolean> {
    return this.requests.delete(workflowId);
  }

  purge(request: PurgeRequest): Promise<number> {
    return this.requests.purge(request);
  }

  onHint(listener: (hint: StoreHint) => void): Cancellable {
    return this.hints.onHint(listener);
  }

  hint(hint: StoreHint): void {
    this.hints.send(hint);
  }

  async takeOutbox(request: {
    readonly workerId: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<LifecycleEvent[]> {
    return this.core.outbox ? this.outbox.take(request) : [];
  }

  settleOutbox(eventIds: readonly string[]): Promise<void> {
    return this.outbox.settle(eventIds);
  }

  private allStarted(units: readonly StartUnit[], results: StartResult[]): StartResult[] {
    units.forEach((unit, index) => {
      if (results[index]?.kind === 'created') this.started(unit);
    });
    return results;
  }

  private started(unit: StartUnit): void {
    if (unit.lease === undefined) this.hint({ kind: 'due' });
  }

  /** What the commit of a unit makes worth knowing. */
  private flushed(unit: FlushUnit): void {
    if (leavesLease(unit)) {
      const heldSlots = this.core.limited.leaves(unit);
      this.core.limited.remove(unit.workflowId);
      if (heldSlots) this.upkeep.soon('hand on');
    }
    if (unit.signals?.some((seed) => !isCloseRequest(seed))) this.upkeep.soon('route');
    if (unit.signals?.some(isCloseRequest)) this.upkeep.soon('close');
    const kind = unit.transition?.kind;
    if (kind === 'end' || kind === 'quarantine') this.hint({ kind: 'ended', workflowId: unit.workflowId });
    const startsChild = unit.children?.some((child) => child.lease === undefined) ?? false;
    if (kind === 'release' || kind === 'mismatch' || startsChild) this.hint({ kind: 'due' });
  }

  private told(outcome: RequestOutcome | undefined): RequestOutcome | undefined {
    if (outcome?.accepted !== true) return outcome;
    const { record } = outcome;
    if (record.endedAt !== undefined) this.hint({ kind: 'ended', workflowId: record.id });
    else this.hint(record.workerId === undefined ? { kind: 'due' } : { kind: 'woken', workflowId: record.id });
    // Ending an instance tells its parent and asks its children, and may free slots.
    this.upkeep.soon('route', 'close', 'hand on');
    return outcome;
  }
}

function isCloseRequest(seed: SignalSeed): boolean {
  return seed.name === CLOSE_CANCEL_SIGNAL || seed.name === CLOSE_TERMINATE_SIGNAL;
}

function coreOf(database: SqlDatabase, options: PostgresStoreOptions): StoreCore {
  const clock = options.clock ?? systemClock;
  const offset = options.clockOffsetMs ?? 0;
  return {
    database: new ResilientDatabase(database, clock),
    tables: new TableNames(options.schema ?? 'public', options.tablePrefix ?? 'workflow_', options.stateTable),
    texts: new PreparedTexts(options.preparedStatements ?? true),
    clock,
    logger: options.logger ?? silentLogger,
    limited: new LimitedLeases(),
    outbox: options.outbox ?? false,
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    opened: new WeakSet(),
    offsetMs: () => Math.floor(typeof offset === 'number' ? offset : offset()),
  };
}

function isStrict(isolation: StoreTransactionOptions['isolation']): boolean {
  return isolation !== undefined && isolation !== 'READ COMMITTED';
}
