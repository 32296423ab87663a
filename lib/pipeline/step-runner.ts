import type { WorkflowContext } from '../core/definition/index.js';
import type { AbortScope } from '../core/cancellation/index.js';
import { toError } from '../core/errors/index.js';
import {
  attributeFailure,
  beginHook,
  isInMemory,
  recordedEntries,
  scopeBelow,
  unwatchedSteps,
} from '../core/execution/index.js';
import { isThenable } from '../core/options/index.js';
import { NodeEnd, runDependencies, type FinishingRunner } from '../core/scheduling/index.js';
import { PipelineExecutionError } from './errors/pipeline-execution.error.js';
import type { PipelineCheckpoint } from './pipeline-checkpoint.js';
import type { PipelineContext } from './pipeline-context.js';
import type { PipelinePlan } from './pipeline-plan.js';
import { recordedSteps } from './recorded-steps.js';
import { KnownTime, StepCalls, type Body } from './step-calls.js';
import { undosByPath, type StepParts, type StepPlan, type StepUndo } from './step-plan.js';
import { DEPENDENCY_FAILED, type StepStates } from './step-states.js';

type Parts<Kind extends StepParts['kind']> = Extract<StepParts, { readonly kind: Kind }>;

/** How a step ended, with what it answered or threw. */
interface Outcome {
  readonly end: NodeEnd;
  readonly value?: unknown;
  readonly error?: unknown;
}

/** How steps are run. @internal */
export interface StepRunnerOptions {
  /** How many at one time. */
  readonly parallelism: number;
  readonly failFast: boolean;
  readonly checkpoint?: PipelineCheckpoint | undefined;
}

/** Takes single steps through their lives: skipped or executed, recovered, cleaned up, remembered. @internal */
export class StepRunner implements FinishingRunner<unknown, PipelineContext> {
  /** Only where more is recorded than what came before a failure. */
  readonly recorded: readonly number[] | undefined;
  /** The first that failed. */
  private failure: { readonly path: string; readonly error: unknown } | undefined;
  private readonly states: StepStates;
  /** Stops the steps beside one that failed. */
  private readonly together: AbortScope | undefined;
  /** Where bodies may simply be called. */
  private readonly unwatched: ReturnType<typeof unwatchedSteps>;
  /** Absent in memory. */
  private readonly time: KnownTime | undefined;
  /** Made for the first step that is more than its `execute`: many runs have none. */
  private ownCalls: StepCalls | undefined;

  constructor(
    private readonly ctx: WorkflowContext,
    private readonly context: PipelineContext,
    private readonly plan: Pick<PipelinePlan, 'steps' | 'layout'>,
    private readonly options: StepRunnerOptions,
  ) {
    this.recorded = options.failFast ? undefined : this.alreadyBegun();
    this.failure = undefined;
    this.unwatched = options.checkpoint === undefined ? unwatchedSteps(ctx) : undefined;
    this.together = options.parallelism > 1 && options.failFast ? scopeBelow(ctx) : undefined;
    this.time = this.inMemory ? undefined : new KnownTime(ctx.now());
    this.ownCalls = undefined;
    this.states = context.begin(plan.layout, this.time ?? ctx);
  }

  get width(): number {
    return this.options.parallelism;
  }

  get failFast(): boolean {
    return this.options.failFast;
  }

  start(node: number): NodeEnd | PromiseLike<unknown> {
    const plan = this.plan.steps[node] as StepPlan;
    const { unwatched } = this;
    if (unwatched === undefined || !plan.isBare) return this.live(plan, this.together);
    let answer: unknown;
    this.states.run(plan.slot);
    try {
      answer = plan.step.execute(this.context, unwatched.stepContext(plan.path, this.together));
    } catch (error) {
      return this.note(plan, this.fail(plan, error));
    }
    return isThenable(answer) ? answer : this.complete(plan, answer);
  }

  ended(node: number, value: unknown): NodeEnd {
    const plan = this.plan.steps[node] as StepPlan;
    if (this.unwatched !== undefined && plan.isBare) return this.complete(plan, value);
    return this.note(plan, value as Outcome);
  }

  failed(node: number, error: unknown): NodeEnd {
    const plan = this.plan.steps[node] as StepPlan;
    return this.note(plan, this.fail(plan, error));
  }

  onSkip(node: number): void {
    this.states.skip((this.plan.steps[node] as StepPlan).slot, DEPENDENCY_FAILED);
  }

  finish(): PipelineContext {
    const { context, failure } = this;
    context.end();
    this.together?.dispose();
    if (failure !== undefined) throw new PipelineExecutionError(failure.path, failure.error, undefined, context);
    return context;
  }

  /** Begins with what an earlier run has done, and with how it is undone: also what this one may end without coming to. */
  async recall(checkpoint: PipelineCheckpoint): Promise<void> {
    const undos = undosByPath(this.plan.steps);
    for (const path of [...checkpoint.paths]) {
      const value = checkpoint.resultOf(path);
      this.context.setStepResult(path, value);
      const undo = undos.get(path);
      if (undo !== undefined) await beginHook(this.ctx, path, () => value, { compensate: this.calls.undo(path, undo) });
    }
  }

  /** The step's own work, with the steps inside it. */
  execute({ step, path, options, parts }: StepPlan, scope?: AbortScope): Promise<unknown> {
    if (parts !== undefined) return this.executeParts(path, parts, scope);
    const { resilience } = step;
    const body: Body =
      resilience === undefined
        ? (context, own) => step.execute(context, own)
        : (context, own) => resilience.execute(async () => step.execute(context, own));
    return this.calls.execute(path, body, options, scope);
  }

  private async live(plan: StepPlan, scope?: AbortScope): Promise<Outcome> {
    const { path, slot } = plan;
    const { checkpoint } = this.options;
    if (checkpoint?.has(path) === true) {
      this.states.skip(slot, 'resumed: an earlier run completed it');
      return { end: NodeEnd.Skipped, value: checkpoint.resultOf(path) };
    }
    try {
      return await this.conclude(plan, scope);
    } finally {
      await this.cleanUp(plan);
    }
  }

  private async conclude(plan: StepPlan, scope?: AbortScope): Promise<Outcome> {
    const { step, path, slot } = plan;
    try {
      if (
        plan.asksToSkip &&
        (await this.calls.ask(`${path}:shouldSkip`, (context) => step.shouldSkip(context), scope))
      ) {
        this.states.skip(slot, 'its condition says so');
        return { end: NodeEnd.Skipped };
      }
      this.states.run(slot);
      const value = await this.executeOrRecover(plan, scope);
      const end = this.complete(plan, value);
      await this.options.checkpoint?.save(path, value, this.context);
      return { end, value };
    } catch (error) {
      return this.fail(plan, error);
    }
  }

  private async executeOrRecover(plan: StepPlan, scope?: AbortScope): Promise<unknown> {
    try {
      return await this.execute(plan, scope);
    } catch (thrown) {
      // Nobody asks for another end of a step that was stopped.
      if (!plan.recovers || this.isStopped || scope?.aborted === true) throw thrown;
      try {
        return await this.calls.ask(`${plan.path}:onError`, (context) => plan.step.onError(context, toError(thrown)));
      } catch (error) {
        // The step is what a retry has to begin with, and not its handler.
        attributeFailure(error, thrown);
        throw error;
      }
    }
  }

  private async cleanUp({ step, path, cleansUp }: StepPlan): Promise<void> {
    if (!cleansUp) return;
    try {
      // A run that was stopped takes no calls any more, but what was opened here is closed here.
      if (this.inMemory || this.isStopped) await step.cleanup(this.context);
      else await this.calls.ask(`${path}:cleanup`, (context) => step.cleanup(context));
    } catch (error) {
      // Documented: the step's outcome stands, whatever becomes of its cleaning up.
      this.ctx.logger.warn(`The cleanup of step "${path}" failed.`, { error: String(error) });
    }
  }

  private async executeParts(path: string, parts: StepParts, scope?: AbortScope): Promise<unknown> {
    if (parts.kind === 'parallel') return this.executeAll(parts, scope);
    if (parts.kind === 'child') return this.executeChild(path, parts, scope);
    const { condition, options } = parts;
    const holds = await this.calls.ask(`${path}:condition`, (context) => condition(context), scope, options);
    const chosen = holds ? parts.whenTrue : parts.whenFalse;
    if (chosen === undefined) return null;
    const { end, value, error } = await this.live(chosen, scope);
    if (end === NodeEnd.Failed) throw error;
    return value ?? null;
  }

  private async executeAll({ plans, graph, failFast }: Parts<'parallel'>, around?: AbortScope): Promise<unknown[]> {
    const values: unknown[] = plans.map(() => null);
    const failures: unknown[] = [];
    const scope = failFast ? (around?.child() ?? scopeBelow(this.ctx)) : around;
    await runDependencies<Outcome>(graph, {
      width: Number.POSITIVE_INFINITY,
      failFast,
      start: (node) => this.live(plans[node] as StepPlan, scope),
      ended: (node, { end, value, error }) => {
        if (end !== NodeEnd.Failed) values[node] = value ?? null;
        else if (failures.push(error) === 1 && failFast) scope?.abort(error);
        return end;
      },
    });
    if (failFast) scope?.dispose();
    if (failures.length > 0) throw failures[0];
    return values;
  }

  private async executeChild(
    path: string,
    { workflow, input, options }: Parts<'child'>,
    scope?: AbortScope,
  ): Promise<unknown> {
    const given =
      typeof input === 'function'
        ? await this.calls.ask(
            `${path}:input`,
            (context) => (input as (context: PipelineContext) => unknown)(context),
            scope,
          )
        : input;
    const { timeout, compensate } = options;
    const undo = compensate as StepUndo | undefined;
    scope?.throwIfAborted();
    const result = this.ctx.executeChild(workflow, given, {
      name: path,
      ...(timeout !== undefined && { timeout }),
      ...(undo !== undefined && { compensate: this.calls.undo(path, undo) }),
    });
    // One that is not waited for any more is cancelled when the run ends, as all that it has left open.
    return scope === undefined ? result : scope.until(result);
  }

  /** Remembers the first step of the pipeline itself that failed: a step around it may make good for one inside. */
  private note({ path }: StepPlan, { end, error }: Outcome): NodeEnd {
    if (end !== NodeEnd.Failed) return end;
    this.failure ??= { path, error };
    this.together?.abort(error);
    return end;
  }

  private complete({ slot }: StepPlan, value: unknown): NodeEnd {
    this.states.complete(slot, value);
    return NodeEnd.Completed;
  }

  private fail({ slot }: StepPlan, error: unknown): Outcome {
    // A run that was stopped ends as what stopped it, and not as this step's failure.
    if (this.isStopped) {
      this.context.end();
      throw error;
    }
    this.states.fail(slot, error);
    return { end: NodeEnd.Failed, error };
  }

  private alreadyBegun(): readonly number[] | undefined {
    const entries = recordedEntries(this.ctx);
    if (entries.length === 0) return undefined;
    return recordedSteps(
      this.plan.steps.map(({ step }) => step),
      entries,
    );
  }

  private get calls(): StepCalls {
    return (this.ownCalls ??= new StepCalls(this.ctx, this.context, this.options.checkpoint, this.time));
  }

  private get inMemory(): boolean {
    return this.unwatched !== undefined || isInMemory(this.ctx);
  }

  private get isStopped(): boolean {
    return this.ctx.signal.aborted;
  }
}
