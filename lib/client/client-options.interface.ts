import type { InputOf, TransactionManager, WorkflowReference } from '../core/definition/index.js';
import type { InstanceStatus, TerminalStatus, WorkflowAttributes, WorkflowHeaders } from '../core/records/index.js';
import type { Duration, Instant } from '../core/time/index.js';

/** How an instance is started. @publicApi */
export interface StartOptions {
  /**
   * The workflow id: 1 to 200 characters without control characters, `/` and `#` (they mark the ids of children), not starting with
   * `$`. The same start again with the same id answers the existing instance.
   *
   * @default a new UUID (version 7); inside a step body an id derived from the step, so that its retry does not start twice
   */
  readonly id?: string;
  /**
   * The version to run.
   * @default the newest registered one; required for a name that is not registered in this process
   */
  readonly version?: number;
  /** Commits or rolls back the start with the caller's rows: TypeORM's transactional `EntityManager`. The root manager is refused. */
  readonly transaction?: TransactionManager;
  /**
   * Smaller first; one step is worth one second of waiting.
   * @default the definition's, else 1000
   */
  readonly priority?: number;
  /**
   * Counts the instance under this key of the definition's `concurrency` limit.
   * @default what the definition's `concurrency.key` answers for the input
   */
  readonly concurrencyKey?: string;
  /** Values to list instances by; they win over the definition's. */
  readonly attributes?: WorkflowAttributes;
  /** Tenant, user, trace …: travels into steps, children and events. */
  readonly headers?: WorkflowHeaders;
  /**
   * Limit of the whole run, from its creation, waits included.
   * @default the definition's
   */
  readonly timeout?: Duration;
  /**
   * How long after its creation the instance may first run.
   * @default 0
   */
  readonly startDelay?: Duration;
}

/** What follows the workflow in a call of `start`: its input (only where it takes one) and options. @publicApi */
export type StartArguments<W extends WorkflowReference> =
  undefined extends InputOf<W>
    ? readonly [input?: InputOf<W>, options?: StartOptions]
    : readonly [input: InputOf<W>, options?: StartOptions];

/** What follows the workflow in a call of `startAndWait`. @publicApi */
export type StartAndWaitArguments<W extends WorkflowReference> =
  undefined extends InputOf<W>
    ? readonly [input?: InputOf<W>, options?: Omit<StartOptions, 'transaction'>, wait?: ResultOptions]
    : readonly [input: InputOf<W>, options?: Omit<StartOptions, 'transaction'>, wait?: ResultOptions];

/** How long a caller waits for a result. @publicApi */
export interface ResultOptions {
  /**
   * After this long the wait rejects with `WorkflowResultTimeoutError`; the instance goes on.
   * @default none
   */
  readonly timeout?: Duration;
  /** Ends the wait (not the instance); it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How a signal is sent to one instance. @publicApi */
export interface InstanceSignalOptions {
  /** Tells signals of one name apart: only waits with the same key, or without one, take it. */
  readonly key?: string;
  /**
   * The same id sent twice under one name (and to one instance) is one signal.
   * @default a new UUID (version 7); inside a step body an id derived from the step, so that its retry does not signal twice
   */
  readonly id?: string;
  /** Commits or rolls back the signal with the caller's rows. */
  readonly transaction?: TransactionManager;
}

/** How a signal is sent to everyone who waits for it. @publicApi */
export interface SignalOptions extends Omit<InstanceSignalOptions, 'key'> {
  /** Only waits with exactly this key take it; without a key, only waits without one. */
  readonly key?: string;
}

/** What follows the signal in a call: its payload (only where it has one) and options. @publicApi */
export type SignalArguments<T, Options> = undefined extends T
  ? readonly [payload?: T, options?: Options]
  : readonly [payload: T, options?: Options];

/** What became of a sent signal. @publicApi */
export interface SignalReceipt {
  readonly signalId: string;
  /** False when a signal of this id had been sent before. In a transaction always true: nobody knows before its commit. */
  readonly created: boolean;
  /** How many waiting instances it made due at once. In a transaction 0: they are found after its commit. */
  readonly woken: number;
}

/** What `getStatus` reads besides the instance itself. @publicApi */
export interface StatusOptions {
  /**
   * What it waits for, unconsumed signals and the progress of open steps; reads the journal.
   * @default false
   */
  readonly waits?: boolean;
  /**
   * The journal of the current generation, values decoded, and everything that `waits` adds.
   * @default false
   */
  readonly journal?: boolean;
  /**
   * Summaries of its children.
   * @default false
   */
  readonly children?: boolean;
}

/** Which journal to read. @publicApi */
export interface JournalOptions {
  /** @default the current one */
  readonly generation?: number;
}

/** Which instances to list; all conditions hold together. @publicApi */
export interface ListFilter {
  readonly status?: InstanceStatus | readonly InstanceStatus[];
  /** A workflow's name, class or definition. */
  readonly workflow?: WorkflowReference;
  readonly version?: number;
  /** Only children of this instance. */
  readonly parentId?: string;
  /** Only instances that have all of these attributes with these values. */
  readonly attributes?: WorkflowAttributes;
  readonly createdAfter?: Instant;
  readonly createdBefore?: Instant;
  /**
   * Instances per page, 1 to 1000.
   * @default 100
   */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Which ended instances to delete. @publicApi */
export interface PurgeOptions {
  /** Only instances that ended at least this long ago. */
  readonly olderThan: Duration;
  /**
   * `compensation_failed` only when it is asked for: somebody may still have to look at it.
   * @default ['completed', 'failed', 'cancelled']
   */
  readonly status?: TerminalStatus | readonly TerminalStatus[];
  /**
   * How many to delete at most.
   * @default no limit
   */
  readonly limit?: number;
  /**
   * How many are deleted in one statement, 100,000 at most.
   * @default 500
   */
  readonly batchSize?: number;
}

/** How a failed instance is retried. @publicApi */
export interface RetryInstanceOptions {
  /**
   * A new limit of the whole run, counted from the retry.
   * @default none: the limit it was started with ended with the failed run
   */
  readonly timeout?: Duration;
}

/** How live progress is read. @publicApi */
export interface StreamOptions {
  /**
   * Only items after this one: the `id` of the last item that was seen, a whole number from 0.
   * @default 0, from the beginning
   */
  readonly after?: number;
  /** Ends the iteration (without an error). */
  readonly signal?: AbortSignal;
}

/** What became of a request to an instance. @publicApi */
export interface RequestReceipt {
  /** False when nothing was done because the instance had ended already. */
  readonly accepted: boolean;
  /** The instance's status after the request. */
  readonly status: InstanceStatus;
}

/** What became of a request to terminate. @publicApi */
export interface TerminateReceipt extends RequestReceipt {
  /** Steps whose effects stand: completed, or begun without a recorded result, and not undone. In the order they were recorded. */
  readonly uncompensated: readonly string[];
}
