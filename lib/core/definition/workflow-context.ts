import type { WorkflowLogger } from '../lifecycle/index.js';
import type { RetryOptions } from '../policies/index.js';
import type { ParentClosePolicy, WorkflowAttributes, WorkflowHeaders } from '../records/index.js';
import type { Journaled } from '../serialization/index.js';
import type { Duration } from '../time/index.js';
import type { ApprovalResult, ApprovalTaskOptions, TaskOptions } from './task.js';
import type { WorkflowSignal } from './workflow-signal.js';
import type { InputOf, OutputOf, WorkflowReference } from './workflow-reference.js';

/**
 * What a workflow's code works with. Everything with an effect goes through it, by name; what it answers is journaled, and
 * handed over again in the same order when the code is replayed.
 *
 * @publicApi
 */
export interface WorkflowContext {
  readonly workflowId: string;
  readonly workflowName: string;
  readonly version: number;
  /** From 1; raised by {@link continueAsNew}. */
  readonly generation: number;
  /** From the start, into steps, children and events. */
  readonly headers: WorkflowHeaders;
  /** Aborted when the run is cancelled, timed out or ends; handed to steps as well. */
  readonly signal: AbortSignal;
  /** Silent during replay. */
  readonly logger: WorkflowLogger;

  /**
   * Runs a side effect once and records its result (at least once, when the process dies before the record).
   * The result is what JSON brings back, on the first run too.
   *
   * @param name Unique within the run; in a loop add the turn: `` `charge:${i}` ``.
   * @throws The step's own error after the last attempt; `StepTimeoutError`; `WorkflowCancelledError`.
   */
  step<T>(name: string, fn: (step: StepContext) => T | PromiseLike<T>, options?: StepOptions<T>): Promise<Journaled<T>>;

  /**
   * Runs `fn` inside a database transaction that also carries the step's record: both or neither, exactly once.
   *
   * @param fn Gets TypeORM's `EntityManager` (the memory store's transaction without a database).
   */
  transaction<T, Manager = TransactionManager>(
    name: string,
    fn: (manager: Manager, step: StepContext) => T | PromiseLike<T>,
    options?: TransactionOptions<T>,
  ): Promise<Journaled<T>>;

  /** Waits for a duration, an instant or the next occurrence of a cron expression. Stored, never early, holds nothing while waiting. */
  sleep(name: string, until: SleepUntil): Promise<void>;

  /**
   * Waits for a signal.
   *
   * @returns The payload, or `null` when `timeout` passed first.
   */
  waitForSignal<T = unknown>(
    name: string,
    signal: string | WorkflowSignal<T>,
    options: SignalWaitOptions<T> & { readonly timeout: Duration },
  ): Promise<Journaled<T> | null>;
  waitForSignal<T = unknown>(
    name: string,
    signal: string | WorkflowSignal<T>,
    options?: SignalWaitOptions<T>,
  ): Promise<Journaled<T>>;

  /** Waits for the first of several conditions; one journal entry. Signals that arrived by a timer's instant beat it. */
  waitForAny<C extends Readonly<Record<string, WaitCondition>>>(name: string, conditions: C): Promise<WaitOutcome<C>>;
  /** Describes a signal for {@link waitForAny}, where a {@link timer} beside it is its time-out; nothing is journaled. */
  signalWait<T = unknown>(
    signal: string | WorkflowSignal<T>,
    options?: Omit<SignalWaitOptions<T>, 'timeout'>,
  ): SignalCondition<T>;
  /** Describes a timer for {@link waitForAny}; its instant is fixed when the wait begins. */
  timer(until: SleepUntil): TimerCondition;

  /**
   * Asks people, and waits until one has answered through `TaskService`, in whichever process.
   *
   * @returns The answer; `null` when the `deadline` passed first.
   */
  task(name: string, options: ApprovalTaskOptions & { readonly deadline: Duration }): Promise<ApprovalResult | null>;
  task(name: string, options: ApprovalTaskOptions): Promise<ApprovalResult>;
  task<T = unknown>(
    name: string,
    options: TaskOptions<T> & { readonly deadline: Duration },
  ): Promise<Journaled<T> | null>;
  task<T = unknown>(name: string, options: TaskOptions<T>): Promise<Journaled<T>>;

  /** Starts a child; it goes on by itself. */
  startChild<W extends WorkflowReference>(
    workflow: W,
    input: InputOf<W>,
    options?: ChildOptions,
  ): Promise<ChildHandle<OutputOf<W>>>;
  /** Starts a child and waits for its outcome. @throws ChildWorkflowFailedError */
  executeChild<W extends WorkflowReference>(
    workflow: W,
    input: InputOf<W>,
    options?: ExecuteChildOptions<OutputOf<W>>,
  ): Promise<Journaled<OutputOf<W>>>;

  /** The recorded time of the last result handed over, epoch milliseconds. The same in every replay. */
  now(): number;
  /** A number in [0, 1) from the run's own generator. The same in every replay. */
  random(): number;
  /** A version-4 UUID from the run's own generator. The same in every replay. */
  uuid(): string;

  /** The point of no return: what completed before it is not undone any more. */
  commit(name: string): Promise<void>;
  /** Shows a small JSON value (16 KiB at most) in the instance's status; not journaled, written with the next write. */
  setStatus(status: unknown): void;
  /** Live progress for whoever streams the instance; not journaled, silent in replay. */
  emit(event: unknown): void;
  /** Guards a change of this code: true for runs that had not yet come here when the change was deployed. Recorded. */
  patched(id: string): boolean;
  /** Ends this generation and begins the next one under the same id with a new input and an empty journal. */
  continueAsNew(input: unknown): never;
  /** Fails the run; completed steps are undone. */
  fail(message: string): never;
}

/** Stands for TypeORM's `EntityManager` where typeorm may not be installed; narrowed by `nestjs-workflow/typeorm`. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface TransactionManager {}

/** What a step body gets. @publicApi */
export interface StepContext {
  readonly workflowId: string;
  readonly step: string;
  /** The same for every attempt on every worker: hand it to whatever the step calls. */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted on time-out, cancel, shutdown and lost lease. */
  readonly signal: AbortSignal;
  readonly headers: WorkflowHeaders;
  /** What was given to {@link heartbeat} last, by the attempt before this one or an earlier one. */
  readonly progress: unknown;
  /** Says the step is alive; resets `heartbeatTimeout`; the progress is kept for the next attempt and shown live. */
  heartbeat(progress?: unknown): void;
}

/** What an undo gets besides the step's result. @publicApi */
export interface CompensationContext extends StepContext {
  /** Why the run is undone. */
  readonly reason: Error;
  /** The step may or may not have happened: it was begun, and neither a result nor a failure was recorded. `result` is then `undefined`. */
  readonly uncertain: boolean;
  /**
   * What the body of the step had as its `idempotencyKey`: to look up by it what the step may have done, where no result tells.
   * {@link idempotencyKey} is the undo's own.
   */
  readonly stepIdempotencyKey: string;
}

/** @publicApi */
export interface StepOptions<T = unknown> {
  /** Total attempts, or a policy. @default 3 attempts, 1 s doubled up to 5 min, or the workflow's own */
  readonly retry?: RetryOptions;
  /** Limit of one attempt, from its start. @default none */
  readonly timeout?: Duration;
  /** An attempt without a heartbeat for this long is given up. @default none */
  readonly heartbeatTimeout?: Duration;
  /** Undoes the completed step when the run fails or is cancelled later. */
  readonly compensate?: (result: Journaled<T>, context: CompensationContext) => unknown;
  readonly compensateRetry?: RetryOptions;
  /** Record the undo before it runs: after a crash it counts as failed instead of running again. */
  readonly compensateAtMostOnce?: boolean;
  /** Record the attempt before the body: after a crash it fails with `StepInterruptedError` instead of running again. */
  readonly atMostOnce?: boolean;
}

/** @publicApi */
export interface TransactionOptions<T = unknown> extends Pick<
  StepOptions<T>,
  'retry' | 'timeout' | 'compensate' | 'compensateRetry' | 'compensateAtMostOnce'
> {
  /** @default the database's own */
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/** A duration, an instant, or the next occurrence of a cron expression (`timeZone`: IANA, default UTC). @publicApi */
export type SleepUntil =
  Duration | { readonly until: Date | string | number } | { readonly cron: string; readonly timeZone?: string };

/** @publicApi */
export interface SignalWaitOptions<T = unknown> {
  /** Takes only signals sent with exactly this key. */
  readonly key?: string;
  /** Takes only payloads it accepts; must be pure. Others stay in the inbox. */
  readonly match?: (payload: Journaled<T>) => boolean;
  /** @default none: waits for ever */
  readonly timeout?: Duration;
}

/** @publicApi */
export interface SignalCondition<T = unknown> {
  readonly kind: 'signal';
  readonly signal: string;
  readonly key?: string;
  /** A method, so that a condition on one payload is a condition. */
  match?(this: void, payload: Journaled<T>): boolean;
}

/** @publicApi */
export interface TimerCondition {
  readonly kind: 'timer';
  readonly until: SleepUntil;
}

/** A started child. @typeParam R What JSON brings back of its output: with a parameter of its own, any child is a `ChildHandle`. @publicApi */
export interface ChildHandle<O = unknown, R = Journaled<O>> {
  readonly kind: 'child';
  readonly id: string;
  readonly workflow: string;
  readonly version: number;
  /** Waits for the outcome. @throws ChildWorkflowFailedError */
  result(): Promise<R>;
}

/** @publicApi */
export type WaitCondition = SignalCondition | TimerCondition | ChildHandle;

/** `{ key, value }` of the condition that came first; a timer's value is `null`. @publicApi */
export type WaitOutcome<C extends Readonly<Record<string, WaitCondition>>> = {
  [K in keyof C & string]: { readonly key: K; readonly value: ConditionValue<C[K]> };
}[keyof C & string];

/** @publicApi */
export type ConditionValue<C> =
  C extends SignalCondition<infer T> ? Journaled<T> : C extends ChildHandle<unknown, infer R> ? R : null;

/** @publicApi */
export interface ChildOptions {
  /** Journal name. @default `workflow#n` */
  readonly name?: string;
  /** @default `parentId/workflow#n` */
  readonly id?: string;
  /** One of those that are registered in the processes that run the parent, where the child has to be. @default the newest */
  readonly version?: number;
  /** Run time-out of the child. */
  readonly timeout?: Duration;
  /** What becomes of it when this run ends first. @default 'cancel' */
  readonly parentClose?: ParentClosePolicy;
  readonly priority?: number;
  readonly concurrencyKey?: string;
  readonly attributes?: WorkflowAttributes;
}

/** @publicApi */
export interface ExecuteChildOptions<O = unknown> extends ChildOptions {
  /** Undoes the completed child when this run fails or is cancelled later. */
  readonly compensate?: (result: Journaled<O>, context: CompensationContext) => unknown;
  readonly compensateRetry?: RetryOptions;
}
