import type {
  ChildHandle,
  ChildOptions,
  DefinitionRegistry,
  ExecuteChildOptions,
  InputOf,
  OutputOf,
  SignalCondition,
  SignalWaitOptions,
  SleepUntil,
  StepContext,
  StepOptions,
  TimerCondition,
  WaitCondition,
  WaitOutcome,
  WorkflowContext,
  WorkflowReference,
  WorkflowSignal,
} from '../definition/index.js';
import { AbortScope } from '../cancellation/index.js';
import { ContextUsageError, WorkflowFailError } from '../errors/index.js';
import type { WorkflowLogger } from '../lifecycle/index.js';
import { isThenable } from '../options/index.js';
import { RandomSource, type WorkflowHeaders } from '../records/index.js';
import type { Journaled } from '../serialization/index.js';
import { delay } from '../time/index.js';
import { ContinueAsNew } from './continue-as-new.js';
import { MemoryChildren, type RunBelow } from './memory-children.js';
import { MemoryAttempt } from './memory-attempt.js';
import type { MemoryRun } from './memory-run.js';
import { MemoryStepContext } from './memory-step-context.js';
import { MemoryVisit } from './memory-visit.js';
import { resolveStep, stepError } from './step-call.js';
import { instantOf, namedConditions, signalCondition } from './wait-conditions.js';

/**
 * The context without a journal: values pass by reference, nothing is serialised, and no clock is read unless somebody looks at it.
 *
 * @internal
 */
export class MemoryContext implements WorkflowContext {
  private chance: RandomSource | undefined;
  private ownChildren: MemoryChildren | undefined;
  /** What the generation before left for this one; a field only of those that have it. */
  declare carried?: unknown;

  constructor(
    private readonly run: MemoryRun,
    private readonly runBelow: RunBelow,
  ) {}

  get workflowId(): string {
    return this.run.id;
  }
  get workflowName(): string {
    return this.run.definition.name;
  }
  get version(): number {
    return this.run.definition.version;
  }
  get generation(): number {
    return this.run.generation;
  }
  get headers(): WorkflowHeaders {
    return this.run.headers;
  }
  get signal(): AbortSignal {
    return this.run.scope.signal;
  }
  get logger(): WorkflowLogger {
    return this.run.services.logger;
  }
  get registry(): DefinitionRegistry {
    return this.run.services.registry;
  }

  /** Not an async function: one more promise would cost as much as all the rest. */
  step<T>(
    name: string,
    fn: (step: StepContext) => T | PromiseLike<T>,
    options?: StepOptions<T>,
  ): Promise<Journaled<T>> {
    let answer: unknown;
    try {
      answer = this.begin(name, fn, options);
    } catch (error) {
      return this.refuse(name, options, error);
    }
    const given = Promise.resolve(answer);
    return (isThenable(answer) ? given.catch((error: unknown) => this.refuse(name, options, error)) : given) as Promise<
      Journaled<T>
    >;
  }

  /**
   * The same for interpreters: a body without options is simply called, so that its own answer comes back, with a promise or without
   * one. What it throws is not wrapped where it is tried once.
   *
   * @param scope Stops the step before the run is stopped.
   */
  begin<T>(
    name: string,
    fn: (step: StepContext) => T | PromiseLike<T>,
    options?: StepOptions<T>,
    scope?: AbortScope,
  ): unknown {
    return this.call(name, fn, options, scope, this.tellsSteps);
  }

  /** The same for what is no step: nobody is told of it. */
  beginHook<T>(
    name: string,
    fn: (step: StepContext) => T | PromiseLike<T>,
    options?: StepOptions<T>,
    scope?: AbortScope,
  ): unknown {
    return this.call(name, fn, options, scope, false);
  }

  /**
   * The same for interpreters whose names cannot meet: the name is not taken down, and only an answer that is a promise is timed.
   *
   * @param timeoutMs 0 for none.
   */
  visit(name: string, fn: (step: StepContext) => unknown, timeoutMs: number): unknown {
    const { run } = this;
    if (this.tellsSteps) return this.begin(name, fn, { retry: false, ...(timeoutMs > 0 && { timeout: timeoutMs }) });
    if (run.isCancellable) run.scope.throwIfAborted();
    const visit = new MemoryVisit(run, name);
    const answer = fn(visit);
    if (!isThenable(answer)) return answer;
    const limited = timeoutMs === 0 ? Promise.resolve(answer) : visit.limit(answer, timeoutMs);
    return run.isCancellable ? run.untilAborted(limited) : limited;
  }

  async transaction(name: string): Promise<never> {
    throw needsStore(`transaction "${name}"`, 'there is no database transaction that its record could share');
  }

  async sleep(name: string, until: SleepUntil): Promise<void> {
    this.run.take('sleep', name);
    await this.pause(until, `sleep "${name}"`);
  }

  async waitForSignal(name: string): Promise<never> {
    throw needsStore(`waitForSignal "${name}"`, 'nobody could send it a signal');
  }

  async task(name: string): Promise<never> {
    throw needsStore(`task "${name}"`, 'nobody could answer it');
  }

  async waitForAny<C extends Readonly<Record<string, WaitCondition>>>(
    name: string,
    conditions: C,
  ): Promise<WaitOutcome<C>> {
    this.run.take('waitForAny', name);
    const named = namedConditions(name, conditions);
    const over = this.run.scope.child();
    const outcomes = named.map(async ([key, condition]) => {
      if (condition.kind === 'signal') throw needsStore(`waitForAny "${name}"`, 'nobody could send it a signal');
      if (condition.kind === 'child') return { key, value: await condition.result() };
      await this.pause(condition.until, `${key} of waitForAny "${name}"`, over.signal);
      return { key, value: null };
    });
    try {
      return (await Promise.race(outcomes)) as WaitOutcome<C>;
    } finally {
      over.abort(new ContextUsageError(`waitForAny "${name}" is over.`));
      over.dispose();
    }
  }

  signalWait<T = unknown>(
    signal: string | WorkflowSignal<T>,
    options: Omit<SignalWaitOptions<T>, 'timeout'> = {},
  ): SignalCondition<T> {
    return signalCondition(signal, options);
  }

  timer(until: SleepUntil): TimerCondition {
    return { kind: 'timer', until };
  }

  async startChild<W extends WorkflowReference>(
    workflow: W,
    input: InputOf<W>,
    options: ChildOptions = {},
  ): Promise<ChildHandle<OutputOf<W>>> {
    return this.children.start(workflow, input, options) as ChildHandle<OutputOf<W>>;
  }

  async executeChild<W extends WorkflowReference>(
    workflow: W,
    input: InputOf<W>,
    options: ExecuteChildOptions<OutputOf<W>> = {},
  ): Promise<Journaled<OutputOf<W>>> {
    const handle = this.children.start(workflow, input, options as ExecuteChildOptions);
    return (await handle.result()) as Journaled<OutputOf<W>>;
  }

  now(): number {
    return this.run.services.clock.now();
  }

  random(): number {
    return this.source().random();
  }

  uuid(): string {
    return this.source().uuid();
  }

  async commit(name: string): Promise<void> {
    this.run.take('commit', name);
    this.run.undos.clear();
  }

  /** There is no instance to show it in. */
  setStatus(): void {}

  emit(event: unknown): void {
    const { services, id, generation } = this.run;
    services.stream.publish({ workflowId: id, generation, kind: 'emit', at: this.now(), payload: event });
  }

  patched(): boolean {
    return true;
  }

  continueAsNew(input: unknown): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- carried by throw, seen by nobody, not an error
    throw new ContinueAsNew(input);
  }

  fail(message: string): never {
    throw new WorkflowFailError(message);
  }

  /** Whether a body without options may be called with nothing around it: nobody can stop the run, and nobody counts its steps. */
  get isUnwatched(): boolean {
    return !this.run.isCancellable && this.run.triesOnce && !this.tellsSteps;
  }

  /** What a body sees that is called with nothing around it. */
  stepContext(name: string, scope?: AbortScope): StepContext {
    return new MemoryStepContext(this.run, name, scope);
  }

  /** What is stopped with the run, and may be stopped alone. */
  scopeBelow(): AbortScope {
    return this.run.isCancellable ? this.run.scope.child() : new AbortScope();
  }

  /** Ends the children that do not outlive the run; `undefined` when there never were any. */
  closeChildren(): Promise<void> | undefined {
    return this.ownChildren?.close();
  }

  private call<T>(
    name: string,
    fn: (step: StepContext) => T | PromiseLike<T>,
    options: StepOptions<T> | undefined,
    scope: AbortScope | undefined,
    isTold: boolean,
  ): unknown {
    const { run } = this;
    run.take('step', name);
    if (run.isCancellable) run.scope.throwIfAborted();
    if (options !== undefined || isTold) {
      const resolved = resolveStep(name, options, run.defaults);
      return run.untilAborted(run.attempt(name, fn, resolved, { isTold, scope }));
    }
    const answer = run.triesOnce
      ? fn(new MemoryStepContext(run, name, scope))
      : new MemoryAttempt(run, name, fn).begin();
    return run.isCancellable && isThenable(answer) ? run.untilAborted(Promise.resolve(answer)) : answer;
  }

  private get children(): MemoryChildren {
    return (this.ownChildren ??= new MemoryChildren(this.run, this.runBelow));
  }

  private get tellsSteps(): boolean {
    return this.run.events !== undefined && this.run.services.options.stepEvents;
  }

  /** Whether nothing has to be told, limited or undone. */
  private isPlain<T>(options: StepOptions<T> | undefined): boolean {
    return options === undefined && !this.tellsSteps;
  }

  /** What a body threw that was tried once, with the step's name around it. */
  private async refuse<T>(name: string, options: StepOptions<T> | undefined, error: unknown): Promise<never> {
    throw this.isPlain(options) && this.run.triesOnce && !this.run.isStopped ? stepError(name, 1, error) : error;
  }

  private pause(until: SleepUntil, place: string, signal?: AbortSignal): Promise<void> {
    const { services, isCancellable } = this.run;
    const now = this.now();
    const dueAt = instantOf(services, until, () => now, place)(now);
    return delay(services.clock, Math.max(0, dueAt - now), signal ?? (isCancellable ? this.signal : undefined));
  }

  private source(): RandomSource {
    return (this.chance ??= new RandomSource(this.run.id, this.run.generation));
  }
}

/** @internal */
export function needsStore(call: string, why: string): ContextUsageError {
  return new ContextUsageError(
    `${call} was called in a run that is kept in memory only: ${why}. Start the workflow durably, with an id.`,
  );
}
