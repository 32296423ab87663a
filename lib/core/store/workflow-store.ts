import type { LifecycleEvent } from '../lifecycle/index.js';
import type {
  InstanceRecord,
  InstanceStatus,
  JournalEntry,
  SignalRecord,
  SignalSeed,
  TerminalStatus,
  WorkflowAttributes,
} from '../records/index.js';
import type { Cancellable } from '../time/index.js';
import type { PurgeRequest } from './purge-request.js';
import type { StatePersistence } from './state-persistence.js';
import type { FlushResult, FlushUnit, LeaseGrant, StartResult, StartUnit, StreamSeed } from './flush-unit.js';

/**
 * The one persistence port of the engine. The contract suite in `nestjs-workflow/testing` defines it; every implementation passes it whole.
 *
 * Rules that hold for every method: time is the store's (every answer that carries `now` tells it); a call that rejects with
 * `WorkflowStoreError` may have been carried out, and may be sent again as it is; nothing is half done.
 *
 * @publicApi
 */
export interface WorkflowStore {
  /** For logs and health: `memory`, `postgres`. */
  readonly kind: string;
  /** True when instances outlive the process. */
  readonly durable: boolean;
  /** State machines beside the instances, in the same transactions. Absent where a store keeps none. */
  readonly states?: StatePersistence;

  /** Connects, migrates when allowed, checks the schema. Throws `WorkflowSchemaError` when it is behind. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Answers when reachable; says how things stand. */
  health(definitions: readonly string[]): Promise<StoreHealth>;

  // --- starting and signalling
  /** Creates instances, all in one round trip; one result per unit, in order. `resend` as in {@link flush}. */
  start(units: readonly StartUnit[], resend?: boolean): Promise<StartResult[]>;
  /** Stores signals (one INSERT, no instance row touched), then routes them in a statement of its own; ids sent before are ignored. Refuses an unknown or ended mailbox per signal. */
  signal(signals: readonly SignalSeed[]): Promise<SignalOutcome[]>;
  /** The same writes inside a transaction of the caller; throws `WorkflowTransactionError` for anything that is not an open transaction. */
  join(transaction: unknown): StoreTransaction;
  /**
   * Opens a transaction for a transactional step. `work` runs again from its start when the store undid it to keep transactions apart
   * (a serialisation failure, a deadlock). What `work` throws reaches the caller unchanged; an unknown commit is a `WorkflowStoreError`.
   */
  transaction<T>(work: (transaction: StoreTransaction) => Promise<T>, options?: StoreTransactionOptions): Promise<T>;

  // --- owning and executing
  /**
   * Makes units durable in as few statements as possible, one result per unit, in order. One instance appears at most once.
   * `resend` is set when an earlier answer was lost: a unit whose rows are found already written by its fence counts as applied.
   */
  flush(units: readonly FlushUnit[], resend?: boolean): Promise<FlushResult[]>;
  /** Registers the worker, makes what it can newly run claimable, takes over leases left by an earlier process of the same id. */
  registerWorker(worker: WorkerRegistration): Promise<void>;
  /**
   * A worker id that a restarted process gets again, so that it takes over its own leases at once: `base:slot` with the lowest slot
   * that no living process holds. Absent where nothing outlives the process.
   */
  acquireWorkerId?(base: string): Promise<WorkerIdentity>;
  /** Says the worker has stopped; its leases were handed back before. */
  unregisterWorker(workerId: string): Promise<void>;
  /** The polling truth: heartbeat of the worker row, routing of unrouted signals, crash accounting and the claim. */
  poll(request: PollRequest): Promise<PollResult>;
  /** Whole journals of the current generations, in position order. */
  readJournals(ids: readonly { readonly workflowId: string; readonly generation: number }[]): Promise<JournalEntry[][]>;
  /** Per instance, in one snapshot: its wake count and the signals not yet consumed that its registered waits could take, oldest first. */
  readInboxes(ids: readonly { readonly workflowId: string; readonly generation: number }[]): Promise<Inbox[]>;
  /** Prolongs leases; never waits for a locked row. What comes back missing is lost or was locked (`skipped`). */
  renew(request: RenewRequest): Promise<RenewResult>;
  /** Latest recorded progress of a step, serialised. */
  readProgress(workflowId: string, generation: number, step: string): Promise<string | undefined>;

  // --- reading
  find(workflowId: string): Promise<InstanceRecord | undefined>;
  list(query: InstanceQuery): Promise<InstanceRecord[]>;
  children(workflowId: string): Promise<InstanceRecord[]>;
  readJournal(workflowId: string, generation?: number): Promise<JournalEntry[]>;
  /** Signals of the instance's mailbox that no entry names. */
  readUnconsumed(workflowId: string): Promise<SignalRecord[]>;
  /** One page of the waits of open instances that are registered for a signal, whatever its key, ordered by instance and wait. */
  findWaits(query: WaitQuery): Promise<WaitRecord[]>;
  readStream(workflowId: string, after: number, limit: number): Promise<StreamRecord[]>;

  // --- a person's or a parent's requests
  /**
   * Ends a never-claimed instance at once (`error` becomes its outcome, its parent is told); asks every other one, and makes it due.
   * An ended one is left as it is. Returns the record after with the events raised, `undefined` when unknown.
   */
  requestCancel(workflowId: string, reason: string, error: string): Promise<RequestOutcome | undefined>;
  /** Ends it now without undoing: raises the fence, status `cancelled`, tells its parent, asks its children. An ended one is left as it is. */
  terminate(workflowId: string, reason: string, error: string): Promise<RequestOutcome | undefined>;
  /** Re-opens a failed instance: removes the cause's entry and every entry called after `causePosition`, keeps the rest. */
  reopen(request: ReopenRequest): Promise<RequestOutcome | undefined>;
  /** A new generation of an ended instance with its input; keeps unconsumed signals. */
  restart(workflowId: string, seed: string): Promise<RequestOutcome | undefined>;
  /** Deletes an ended instance with everything that belongs to it; false when unknown or not ended. */
  delete(workflowId: string): Promise<boolean>;
  /** Deletes ended instances (never a running one, never one whose parent is open) that ended before; returns how many. */
  purge(request: PurgeRequest): Promise<number>;

  // --- waking and relaying
  /** Hints from this process (at once) and from others (coalesced): something may be due. Never a truth. */
  onHint(listener: (hint: StoreHint) => void): Cancellable;
  /** Sends a hint; losing it is legal. */
  hint(hint: StoreHint): void;
  /** Takes unsent events of whole instances, lowest first, for at most one relay per instance at a time. */
  takeOutbox(request: {
    readonly workerId: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<LifecycleEvent[]>;
  /** Marks events as published. */
  settleOutbox(eventIds: readonly string[]): Promise<void>;
}

/** @publicApi */
export interface StoreTransactionOptions {
  /** @default the database's own */
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/** A worker id held for this process alone. @publicApi */
export interface WorkerIdentity {
  readonly id: string;
  /** Lets another process have the id. Safe to call twice. */
  release(): Promise<void>;
}

/** Writes that commit or roll back with somebody's rows. @publicApi */
export interface StoreTransaction {
  /** What user code gets: TypeORM's `EntityManager`, or the memory store's transaction. */
  readonly handle: unknown;
  start(unit: StartUnit): Promise<StartResult>;
  /** `woken` is 0: routing comes after the commit. Mailboxes of instances started by this transaction are known to it. */
  signal(seed: SignalSeed): Promise<SignalOutcome>;
  /** Locks the instance row as the last statement, checks its fence and writes; throws `LeaseLostError` when fenced. */
  flush(unit: FlushUnit): Promise<FlushResult>;
  /** Called once the transaction's fate is known, where the store can know it. */
  onCommit(callback: () => void): void;
}

/** @publicApi */
export type SignalOutcome =
  | { readonly kind: 'stored'; readonly created: boolean; readonly woken: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ended'; readonly status: TerminalStatus };

/** @publicApi */
export interface WorkerRegistration {
  readonly id: string;
  readonly buildId: string;
  /** `name@version` of everything this process can run. */
  readonly definitions: readonly string[];
  readonly heartbeatMs: number;
  /**
   * Set when a worker that runs already has come to know more: only of these are leases taken over and instances revived, because
   * what the worker's id holds of the others is being executed.
   *
   * @default all, as of a worker that starts
   */
  readonly added?: readonly string[];
}

/** @publicApi */
export interface PollRequest extends LeaseGrant {
  /** `name@version` keys to claim. */
  readonly definitions: readonly string[];
  /** Free places; 0 polls without claiming. */
  readonly limit: number;
  /** Whether an instance with two or more crashes may be among them (at most one). */
  readonly allowSuspect: boolean;
  /** Past this many crashes an instance is quarantined instead of claimed. */
  readonly maxCrashes: number;
  /** Past this age a mismatch that no live build can take is quarantined. */
  readonly mismatchGraceMs: number;
}

/** @publicApi */
export interface PollResult {
  readonly claimed: readonly InstanceRecord[];
  /** Store time when the answer was made, epoch milliseconds. */
  readonly now: number;
  /** The next stored instant at which something this worker can run becomes due. */
  readonly nextDueAt?: number;
  /** Lifecycle events raised by the poll itself (resumed, quarantined), in order. */
  readonly events: readonly LifecycleEvent[];
  /** More was due than fitted. */
  readonly more: boolean;
}

/** @publicApi */
export interface Inbox {
  readonly wakes: number;
  readonly cancelRequested: boolean;
  readonly signals: readonly SignalRecord[];
  readonly now: number;
}

/** @publicApi */
export interface RenewRequest {
  readonly workerId: string;
  readonly leaseMs: number;
  readonly leases: readonly { readonly workflowId: string; readonly fence: number }[];
}

/** @publicApi */
export interface RenewResult {
  readonly now: number;
  readonly renewed: readonly {
    readonly workflowId: string;
    readonly wakes: number;
    readonly cancelRequested: boolean;
  }[];
  /** Still ours, but locked by somebody at that moment: ask again soon. */
  readonly skipped: readonly string[];
}

/** @publicApi */
export interface InstanceQuery {
  readonly status?: readonly InstanceStatus[];
  readonly name?: string;
  readonly version?: number;
  readonly parentId?: string;
  readonly attributes?: WorkflowAttributes;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
  /** Newest first. */
  readonly limit: number;
  /** Exclusive position of the last item of the page before. */
  readonly after?: { readonly createdAt: number; readonly id: string };
}

/** @publicApi */
export interface RequestOutcome {
  readonly record: InstanceRecord;
  /** False when nothing was done, because the instance had ended or changed. */
  readonly accepted: boolean;
  readonly events: readonly LifecycleEvent[];
}

/** @publicApi */
export interface ReopenRequest {
  readonly workflowId: string;
  /** Status the caller saw; the request is refused (`undefined`) when it changed. */
  readonly fence: number;
  /** Positions to remove. */
  readonly removePositions: readonly number[];
  readonly timeoutMs?: number;
}

/** @publicApi */
export interface StreamRecord extends StreamSeed {
  readonly id: number;
  readonly generation: number;
  readonly at: number;
}

/** Ids only, never payloads. @publicApi */
export type StoreHint =
  | { readonly kind: 'due' }
  /** The instance ended or changed; whoever waits for it may look. */
  | { readonly kind: 'ended'; readonly workflowId: string }
  | { readonly kind: 'woken'; readonly workflowId: string };

/** @publicApi */
export interface StoreHealth {
  readonly reachable: true;
  readonly schemaCurrent: boolean;
  readonly schemaVersion?: number;
  /** Age of the oldest due, unclaimed instance, milliseconds. */
  readonly oldestDueAgeMs?: number;
  readonly quarantined: number;
  /** Due instances whose name and version no live worker has, by `name@version`. */
  readonly unclaimable: Readonly<Record<string, number>>;
  /** Due instances that a live worker has the name and version for, but whose journal fits the build of none, by `name@version`. */
  readonly mismatched: Readonly<Record<string, number>>;
}

/** Which waits are looked for. @publicApi */
export interface WaitQuery {
  readonly signal: string;
  /** Only those of this instance. */
  readonly workflowId?: string;
  readonly after?: Pick<WaitRecord, 'workflowId' | 'wait'>;
  readonly limit: number;
}

/** A registered wait. @publicApi */
export interface WaitRecord {
  readonly workflowId: string;
  /** The journal name of the wait. */
  readonly wait: string;
  readonly key?: string;
}
