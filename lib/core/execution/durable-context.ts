import type {
  ChildHandle,
  ChildOptions,
  ExecuteChildOptions,
  InputOf,
  OutputOf,
  TransactionManager,
  WaitOutcome,
  SignalCondition,
  SignalWaitOptions,
  SleepUntil,
  StepContext,
  StepOptions,
  TimerCondition,
  TransactionOptions,
  WaitCondition,
  WorkflowContext,
  WorkflowReference,
  WorkflowSignal,
} from '../definition/index.js';
import type { AbortScope } from '../cancellation/index.js';
import { ContextUsageError, WorkflowFailError } from '../errors/index.js';
import type { WorkflowLogger } from '../lifecycle/index.js';
import { resolveRetry } from '../policies/index.js';
import {
  assertName,
  encodeName,
  isPlainName,
  RandomSource,
  type JournalEntry,
  type WorkflowHeaders,
} from '../records/index.js';
import type { Journaled } from '../serialization/index.js';
import { parseDuration } from '../time/index.js';
import { CommitCall } from './commit-call.js';
import { ContinueAsNew, refuseUnfinished } from './continue-as-new.js';
import { statusText } from './custom-status.js';
import { DurableChildren } from './durable-children.js';
import { ENGINE, type ContextHost } from './execution-host.js';
import { replaySilent } from './replay-silent.js';
import { requireBody } from './step-body.js';
import { HOOK, plainStep, resolveStep, StepCall, type ResolvedStep } from './step-call.js';
import { currentStepScope } from './step-scope.js';
import { StoppableStepCall } from './stoppable-step-call.js';
import { resolveTransaction, TransactionCall } from './transaction-call.js';
import { SLEEP_CONDITION, TIMEOUT_CONDITION, WaitCall, type WaitFor } from './wait-call.js';
import { describeTask, type AnyTaskOptions } from './task-description.js';
import { runTask } from './task-run.js';
import { TaskCalls } from './task-calls.js';
import { instantOf, namedConditions, signalCondition, toWaitFor } from './wait-conditions.js';

/** The context over an execution with a journal. @internal */
export function createContext(execution: ContextHost): WorkflowContext {
  return new DurableContext(execution);
}

/** A context whose calls are journaled. @internal */
export class DurableContext implements WorkflowContext {
  private readonly source: RandomSource;
  private ownChildren: DurableChildren | undefined;
  private readonly defaults: ResolvedStep;
  private silentLogger: WorkflowLogger | undefined;

  constructor(private readonly execution: ContextHost) {
    this.source = new RandomSource(execution.record.seed, execution.record.generation);
    const { definition, services } = execution;
    const retry = resolveRetry(definition.retry, services.options.retry, `workflow "${definition.name}"`);
    this.defaults = plainStep(retry);
  }

  get [ENGINE](): ContextHost['services'] {
    return this.execution.services;
  }
  get workflowId(): string {
    return this.execution.record.id;
  }
  get workflowName(): string {
    return this.execution.record.name;
  }
  get version(): number {
    return this.execution.record.version;
  }
  get generation(): number {
    return this.execution.record.generation;
  }
  get headers(): WorkflowHeaders {
    return this.execution.record.headers;
  }
  get signal(): AbortSignal {
    return this.execution.scope.signal;
  }
  get logger(): WorkflowLogger {
    return (this.silentLogger ??= replaySilent(this.execution));
  }
  get recorded(): readonly JournalEntry[] {
    return this.execution.journal.recorded;
  }
  get carried(): unknown {
    return this.execution.carried;
  }

  step<T>(
    name: string,
    fn: (step: StepContext) => T | PromiseLike<T>,
    options?: StepOptions<T>,
  ): Promise<Journaled<T>> {
    return this.begin(name, fn, options) as Promise<Journaled<T>>;
  }

  /** The same for interpreters. @param scope Stops the step before the run is stopped. */
  begin<T>(
    name: string,
    fn: (step: StepContext) => T | PromiseLike<T>,
    options?: StepOptions<T>,
    scope?: AbortScope,
    prefix = '',
  ): Promise<unknown> {
    const { execution } = this;
    const key = prefix + this.key('step', name);
    requireBody('step', name, fn);
    const resolved = resolveStep(name, options, this.defaults);
    if (scope === undefined) return execution.ask(new StepCall(key, execution.delivered, name, resolved, fn));
    return execution.ask(new StoppableStepCall(key, execution.delivered, name, resolved, fn, scope));
  }

  /** The same for what is no step: it has a name of the engine. */
  beginHook<T>(
    name: string,
    fn: (step: StepContext) => T | PromiseLike<T>,
    options?: StepOptions<T>,
    scope?: AbortScope,
  ): Promise<unknown> {
    return this.begin(name, fn, options, scope, HOOK);
  }

  /** What is stopped with the run, and may be stopped alone. */
  scopeBelow(): AbortScope {
    return this.execution.scope.child();
  }

  transaction<T, Manager = TransactionManager>(
    name: string,
    fn: (manager: Manager, step: StepContext) => T | PromiseLike<T>,
    options?: TransactionOptions<T>,
  ): Promise<Journaled<T>> {
    const key = this.key('transaction', name);
    requireBody('transaction', name, fn);
    const resolved = resolveTransaction(name, options, this.defaults);
    const work = fn as (manager: unknown, step: StepContext) => unknown;
    return this.execution.ask(
      new TransactionCall(key, this.execution.delivered, name, resolved, work, options?.isolation),
    ) as Promise<Journaled<T>>;
  }

  sleep(name: string, until: SleepUntil): Promise<void> {
    const key = this.key('sleep', name);
    const timer: WaitFor = {
      kind: 'timer',
      key: SLEEP_CONDITION,
      dueAt: this.instantOf(until, `sleep "${name}"`),
    };
    return this.wait(key, [timer], () => undefined) as Promise<void>;
  }

  waitForSignal<T = unknown>(
    name: string,
    signal: string | WorkflowSignal<T>,
    options: SignalWaitOptions<T> = {},
  ): Promise<Journaled<T>> {
    const key = this.key('waitForSignal', name);
    const conditions: WaitFor[] = [toWaitFor('signal', signalCondition(signal, options, name))];
    if (options.timeout !== undefined) {
      const timeoutMs = parseDuration(options.timeout, `timeout of waitForSignal "${name}"`);
      conditions.push({ kind: 'timer', key: TIMEOUT_CONDITION, dueAt: (now) => now + timeoutMs });
    }
    return this.wait(key, conditions, (winner, value) =>
      winner === TIMEOUT_CONDITION ? null : value,
    ) as Promise<never>;
  }

  waitForAny<C extends Readonly<Record<string, WaitCondition>>>(name: string, conditions: C): Promise<WaitOutcome<C>> {
    const key = this.key('waitForAny', name);
    const waits = namedConditions(name, conditions).map(([condition, described]): WaitFor => {
      if (described.kind === 'timer')
        return {
          kind: 'timer',
          key: condition,
          dueAt: this.instantOf(described.until, `${condition} of waitForAny "${name}"`),
        };
      if (described.kind === 'child')
        return { kind: 'child', key: condition, childId: described.id, workflowName: described.workflow };
      return toWaitFor(condition, described);
    });
    return this.wait(key, waits, (winner, value) => ({ key: winner, value: value ?? null })) as Promise<WaitOutcome<C>>;
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

  async task(name: string, options: AnyTaskOptions): Promise<never> {
    const key = `$task:${this.key('task', name)}`;
    // Wrong options are found out at once, and not by a failing record.
    describeTask(name, options, 0);
    return (await runTask(new TaskCalls(this.execution, key), name, options)) as never;
  }

  startChild<W extends WorkflowReference>(
    workflow: W,
    input: InputOf<W>,
    options: ChildOptions = {},
  ): Promise<ChildHandle<OutputOf<W>>> {
    this.refuseInStep('startChild');
    return this.children.start(workflow, input, options).promise as Promise<ChildHandle<OutputOf<W>>>;
  }

  async executeChild<W extends WorkflowReference>(
    workflow: W,
    input: InputOf<W>,
    options: ExecuteChildOptions<OutputOf<W>> = {},
  ): Promise<Journaled<OutputOf<W>>> {
    this.refuseInStep('startChild');
    const handle = await this.children.start(workflow, input, options as ExecuteChildOptions).promise;
    return (await handle.result()) as Journaled<OutputOf<W>>;
  }

  now(): number {
    this.refuseInStep('now');
    return this.execution.deliveredAt;
  }

  random(): number {
    this.refuseInStep('random');
    return this.source.random();
  }

  uuid(): string {
    this.refuseInStep('uuid');
    return this.source.uuid();
  }

  commit(name: string): Promise<void> {
    const key = this.key('commit', name);
    return this.execution.ask(new CommitCall(key, this.execution.delivered));
  }

  setStatus(status: unknown): void {
    this.refuseInStep('setStatus');
    const text = statusText(this.execution.services.payloads, status);
    if (!this.execution.isReplaying) this.execution.showStatus(text);
  }

  emit(event: unknown): void {
    this.refuseInStep('emit');
    if (!this.execution.isReplaying) this.execution.emit('emit', event);
  }

  patched(id: string): boolean {
    this.refuseInStep('patched');
    assertName(id, 'patched');
    const { journal } = this.execution;
    const name = `$patch:${encodeName(id)}`;
    const recorded = journal.get(name);
    if (recorded !== undefined) return recorded.data?.patched === true;
    const patched = this.execution.isPastRecords;
    // Its position is the next free one, also in the middle of a replay, which finds it by name.
    this.execution.stageMarker({ name, kind: 'patch', status: 'completed', data: { patched } });
    return patched;
  }

  continueAsNew(input: unknown): never {
    this.refuseInStep('continueAsNew');
    refuseUnfinished(this.execution.unfinished());
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- carried by throw, seen by nobody, not an error
    throw new ContinueAsNew(input);
  }

  fail(message: string): never {
    throw new WorkflowFailError(message);
  }

  private get children(): DurableChildren {
    return (this.ownChildren ??= new DurableChildren(this.execution, this.defaults.policy));
  }

  private instantOf(until: SleepUntil, place: string): (now: number) => number {
    return instantOf(this.execution.services, until, () => this.execution.deliveredAt, place);
  }

  /** The journal key of a user's name. */
  private key(call: string, name: string): string {
    this.refuseInStep(call);
    if (isPlainName(name)) return name;
    assertName(name, `${call} in workflow "${this.workflowName}"`);
    return encodeName(name);
  }

  private refuseInStep(call: string): void {
    const scope = currentStepScope();
    if (scope === undefined || scope.workflowId !== this.workflowId) return;
    throw new ContextUsageError(
      `ctx.${call} was called inside the body of step "${scope.step}". A step's body is a side effect and journals nothing itself: call the context after the step, with its result.`,
    );
  }

  private wait(
    key: string,
    conditions: readonly WaitFor[],
    shape: (winner: string, value: unknown) => unknown,
  ): Promise<unknown> {
    return this.execution.ask(new WaitCall(key, this.execution.delivered, conditions, shape));
  }
}
