import { AbortScope } from '../cancellation/index.js';
import type { CompensationContext, StepContext, WorkflowDefinition } from '../definition/index.js';
import { ContextUsageError } from '../errors/index.js';
import { resolveRetry } from '../policies/index.js';
import { encodeName, newWorkflowId, type WorkflowHeaders } from '../records/index.js';
import { delay } from '../time/index.js';
import type { AttemptPlan, AttemptSurroundings } from './attempt-plan.js';
import { runAttempts } from './attempts.js';
import type { MemoryServices } from './memory-services.js';
import { MemoryUndos, type MemoryUndo } from './memory-undos.js';
import { plainStep, stepError, type ResolvedStep } from './step-call.js';

/** What is known of a run from where it was begun. @internal */
export interface MemoryRunOrigin {
  readonly id?: string | undefined;
  readonly headers?: WorkflowHeaders | undefined;
  /** Whether anything can abort the run's scope from outside. */
  readonly isCancellable: boolean;
}

/** A run without a journal: what it has done, and how its bodies are tried. @internal */
export class MemoryRun {
  readonly undos = new MemoryUndos();
  readonly defaults: ResolvedStep;
  readonly headers: WorkflowHeaders;
  readonly isCancellable: boolean;
  private readonly names = new Set<string>();
  private readonly open = new Set<Promise<unknown>>();
  private ownId: string | undefined;

  constructor(
    readonly definition: WorkflowDefinition,
    readonly services: MemoryServices,
    readonly scope: AbortScope,
    readonly generation: number,
    origin: MemoryRunOrigin,
  ) {
    this.ownId = origin.id;
    this.headers = origin.headers ?? NO_HEADERS;
    this.isCancellable = origin.isCancellable;
    this.defaults = plainStep(resolveRetry(definition.retry, services.options.retry, `workflow "${definition.name}"`));
  }

  /** Made when it is asked for: an id has the time in it, and most runs show theirs to nobody. */
  get id(): string {
    return (this.ownId ??= newWorkflowId(this.services.clock));
  }

  /** Takes a name that may be used once in a run, as it may in a journal. */
  take(call: string, name: string): void {
    if (typeof name !== 'string' || name === '')
      throw new ContextUsageError(`${call} in workflow "${this.definition.name}" needs a name that is not empty.`);
    if (this.names.has(name)) {
      throw new ContextUsageError(
        `The name "${name}" is used twice in one run of workflow "${this.definition.name}". Give each call a name of its own; in a loop add the turn to it.`,
      );
    }
    this.names.add(name);
  }

  /** Stops waiting for an answer when the run is aborted; the body is told by its own signal. */
  async untilAborted<T>(answer: Promise<T>): Promise<T> {
    if (!this.isCancellable) return answer;
    this.scope.throwIfAborted();
    this.open.add(answer);
    const removeOpen = (): void => void this.open.delete(answer);
    answer.then(removeOpen, removeOpen);
    let removeListener: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      removeListener = this.scope.onAbort(reject);
    });
    return Promise.race([answer, aborted]).finally(() => removeListener?.());
  }

  /** Waits for bodies that were left behind, but not for ever. */
  async quiet(): Promise<void> {
    if (this.open.size === 0) return;
    const over = new AbortScope();
    const { clock, options } = this.services;
    const patience = delay(clock, options.settleTimeoutMs, over.signal).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.open), patience]);
    over.abort(new Error('quiet'));
  }

  /** Tries a body under its options; throws what the last attempt threw, with the step's name around it. */
  async attempt(name: string, body: (step: StepContext) => unknown, options: ResolvedStep): Promise<unknown> {
    const value = await this.tryBody(this.plan(name, options, body), this.scope, (error, attempts) =>
      stepError(name, attempts, error),
    );
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
    const plan = { ...this.plan(`$compensate:${undo.name}`, options, body), undo: { reason, uncertain: false } };
    await this.tryBody(plan, scope, (error) => error);
  };

  private async tryBody(
    plan: Omit<AttemptPlan, 'record'>,
    scope: AbortScope,
    refusal: (error: unknown, attempts: number) => unknown,
  ): Promise<unknown> {
    let value: unknown;
    const record = (answer: unknown): undefined => {
      value = answer;
    };
    const end = await runAttempts({ ...plan, record }, scope, this.surroundings());
    if (end.kind === 'completed') return value;
    if (end.kind === 'failed' && end.status === 'cancelled') throw scope.reason;
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
    return { clock, random, mayBegin: always, onProgress: nothing, onPause: nothing };
  }
}

const NO_HEADERS: WorkflowHeaders = Object.freeze({});

function always(): boolean {
  return true;
}

function nothing(): void {}
