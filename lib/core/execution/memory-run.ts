import { AbortScope } from '../cancellation/index.js';
import type { CompensationContext, StepContext, WorkflowDefinition } from '../definition/index.js';
import { ContextUsageError } from '../errors/index.js';
import { resolveRetry } from '../policies/index.js';
import { encodeName, newWorkflowId, type WorkflowHeaders } from '../records/index.js';
import { delay } from '../time/index.js';
import type { AttemptPlan, AttemptSurroundings } from './attempt-plan.js';
import { runAttempts, type FailedAttempt } from './attempts.js';
import type { MemoryEvents } from './memory-events.js';
import type { MemoryServices } from './memory-services.js';
import { MemoryUndos, type MemoryUndo } from './memory-undos.js';
import { plainStep, stepError, type ResolvedStep } from './step-call.js';

/** What is known of a run from where it was begun. @internal */
export interface MemoryRunOrigin {
  readonly id?: string | undefined;
  readonly parentId?: string | undefined;
  readonly headers?: WorkflowHeaders | undefined;
  /** Limits the run. @default the definition's */
  readonly timeoutMs?: number | undefined;
  /** Aborts the run. @default nothing does */
  readonly scope?: AbortScope | undefined;
}

/** How a body is tried. @internal */
export interface MemoryTry {
  /** The first attempt, where it has been made already. */
  readonly failed?: FailedAttempt;
  /** Stops the step before the run is stopped. */
  readonly scope?: AbortScope | undefined;
  /** Whether it is told as a step. @default true */
  readonly isTold?: boolean;
}

/** What only some runs need. */
interface Extras {
  id?: string;
  scope?: AbortScope | undefined;
  undos?: MemoryUndos;
  defaults?: ResolvedStep;
  names?: Set<string>;
  open?: Set<Promise<unknown>>;
  events?: MemoryEvents;
}

/**
 * A run without a journal: what it has done, and how its bodies are tried. Small, because many may run at one time, and most of them
 * are short and need little of this.
 *
 * @internal
 */
export class MemoryRun {
  private extras: Extras | undefined;

  constructor(
    readonly definition: WorkflowDefinition,
    readonly services: MemoryServices,
    readonly generation: number,
    readonly origin: MemoryRunOrigin,
  ) {
    this.extras = undefined;
  }

  get headers(): WorkflowHeaders {
    return this.origin.headers ?? NO_HEADERS;
  }

  /** Whether anything can abort the run from outside. */
  get isCancellable(): boolean {
    return this.origin.scope !== undefined;
  }

  /** Of a run that nothing can stop it is made for those who ask to see it. */
  get scope(): AbortScope {
    return this.origin.scope ?? (this.more.scope ??= new AbortScope());
  }

  /** Whether the run was stopped. */
  get isStopped(): boolean {
    return this.origin.scope !== undefined && this.origin.scope.aborted;
  }

  /** What holds for steps that say nothing themselves. */
  get defaults(): ResolvedStep {
    const { definition, services } = this;
    return (this.more.defaults ??= plainStep(
      resolveRetry(definition.retry, services.options.retry, `workflow "${definition.name}"`),
    ));
  }

  /** Whether a step that says nothing itself is tried once. */
  get triesOnce(): boolean {
    const { definition, services } = this;
    if (definition.retry === false) return true;
    return (definition.retry === undefined ? services.options.retry : this.defaults.policy).attempts === 1;
  }

  get undos(): MemoryUndos {
    return (this.more.undos ??= new MemoryUndos());
  }

  get hasUndos(): boolean {
    return this.extras?.undos !== undefined && !this.extras.undos.isEmpty;
  }

  /** Absent while nobody listens. */
  get events(): MemoryEvents | undefined {
    return this.extras?.events;
  }

  set events(events: MemoryEvents | undefined) {
    if (events !== undefined) this.more.events = events;
  }

  /** Made when it is asked for: an id has the time in it, and most runs show theirs to nobody. */
  get id(): string {
    return this.origin.id ?? (this.more.id ??= newWorkflowId(this.services.clock));
  }

  /** Takes a name that may be used once in a run, as it may in a journal. */
  take(call: string, name: string): void {
    if (typeof name !== 'string' || name === '')
      throw new ContextUsageError(`${call} in workflow "${this.definition.name}" needs a name that is not empty.`);
    const names = (this.more.names ??= new Set());
    if (names.has(name)) {
      throw new ContextUsageError(
        `The name "${name}" is used twice in one run of workflow "${this.definition.name}". Give each call a name of its own; in a loop add the turn to it.`,
      );
    }
    names.add(name);
  }

  /** Stops waiting for an answer when the run is aborted; the body is told by its own signal. */
  async untilAborted<T>(answer: Promise<T>): Promise<T> {
    if (!this.isCancellable) return answer;
    this.scope.throwIfAborted();
    const open = (this.more.open ??= new Set());
    open.add(answer);
    const removeOpen = (): void => void open.delete(answer);
    answer.then(removeOpen, removeOpen);
    let removeListener: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      removeListener = this.scope.onAbort(reject);
    });
    return Promise.race([answer, aborted]).finally(() => removeListener?.());
  }

  /** Waits for bodies that were left behind, but not for ever. */
  async quiet(): Promise<void> {
    const open = this.extras?.open;
    if (open === undefined || open.size === 0) return;
    const over = new AbortScope();
    const { clock, options } = this.services;
    const patience = delay(clock, options.settleTimeoutMs, over.signal).catch(() => undefined);
    await Promise.race([Promise.allSettled(open), patience]);
    over.abort(new Error('quiet'));
  }

  /** Tries a body under its options; throws what the last attempt threw, with the step's name around it. */
  async attempt(
    name: string,
    body: (step: StepContext) => unknown,
    options: ResolvedStep,
    { failed, scope = this.scope, isTold = true }: MemoryTry,
  ): Promise<unknown> {
    const events = isTold ? this.events : undefined;
    const refusal = (error: unknown, attempts: number): unknown => {
      events?.stepEnded('step_failed', name, attempts);
      return stepError(name, attempts, error);
    };
    const { value, attempts } = await this.tryBody(this.plan(name, options, body), scope, refusal, failed);
    events?.stepEnded('step_completed', name, attempts);
    this.completed(name, value, options);
    return value;
  }

  /** Remembers how to undo what has completed. */
  completed(name: string, result: unknown, { compensate, compensateRetry }: ResolvedStep): void {
    if (compensate !== undefined) this.undos.add({ name, result, compensate, policy: compensateRetry });
  }

  readonly undo = async (undo: MemoryUndo, reason: Error, scope: AbortScope): Promise<void> => {
    const options: ResolvedStep = { ...plainStep(undo.policy) };
    const body = (context: StepContext): unknown => undo.compensate(undo.result, context as CompensationContext);
    const undone = { reason, uncertain: false, name: encodeName(undo.name) };
    const plan = { ...this.plan(`$compensate:${undo.name}`, options, body), undo: undone };
    await this.tryBody(plan, scope, (error) => error);
    this.events?.stepEnded('step_compensated', undo.name, 1);
  };

  private get more(): Extras {
    return (this.extras ??= {});
  }

  private async tryBody(
    plan: Omit<AttemptPlan, 'record'>,
    scope: AbortScope,
    refusal: (error: unknown, attempts: number) => unknown,
    failed?: FailedAttempt,
  ): Promise<{ readonly value: unknown; readonly attempts: number }> {
    let value: unknown;
    const record = (answer: unknown): undefined => {
      value = answer;
    };
    const end = await runAttempts({ ...plan, record }, scope, this.surroundings(), failed);
    if (end.kind === 'completed') return { value, attempts: end.attempts };
    if (end.kind === 'failed' && end.status === 'cancelled' && (plan.undo !== undefined || this.isStopped))
      throw scope.reason;
    throw refusal(end.error, end.attempts);
  }

  private plan(name: string, options: ResolvedStep, body: (step: StepContext) => unknown): Omit<AttemptPlan, 'record'> {
    const { policy, timeoutMs, heartbeatTimeoutMs } = options;
    return {
      kind: 'step',
      workflowId: this.id,
      generation: this.generation,
      step: name,
      name: encodeName(name),
      headers: this.headers,
      policy,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(heartbeatTimeoutMs !== undefined && { heartbeatTimeoutMs }),
      // Nothing outlives the process here, so every wait stays in it.
      inProcessBelowMs: Number.POSITIVE_INFINITY,
      firstAttempt: 1,
      body,
    };
  }

  private surroundings(): AttemptSurroundings {
    const { clock, random } = this.services;
    return { clock, random, mayBegin: always, onProgress: nothing, onLimit: nothing, onPause: nothing };
  }
}

const NO_HEADERS: WorkflowHeaders = Object.freeze({});

function always(): boolean {
  return true;
}

function nothing(): void {}
