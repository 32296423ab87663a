import type { StepContext, StepOptions, WorkflowContext } from '../core/definition/index.js';
import { isStepFailedError } from '../core/errors/index.js';
import { beginStep, executeInMemory, isInMemory, standaloneServices } from '../core/execution/index.js';
import { NodeEnd, runDependencies, type DependencyGraph } from '../core/scheduling/index.js';
import { PipelineExecutionError } from './errors/pipeline-execution.error.js';
import type { PipelineCheckpoint } from './pipeline-checkpoint.js';
import type { PipelineContext, PipelineWrites } from './pipeline-context.js';
import { planStep, type StepParts, type StepPlan } from './step-plan.js';
import type { PipelineStep } from './steps/pipeline-step.js';

/** A pipeline as it is run. @internal */
export interface PipelinePlan {
  readonly graph: DependencyGraph;
  readonly steps: readonly StepPlan[];
  /** How many steps run at one time. */
  readonly parallelism: number;
  readonly failFast: boolean;
}

type Body = (context: PipelineContext, step: StepContext) => unknown;

/** What the journal keeps of a body: its answer, and what it told the context. */
interface Recorded extends PipelineWrites {
  readonly value?: unknown;
}

/**
 * Runs a pipeline over a workflow context.
 *
 * @throws PipelineExecutionError with the first step that failed; the reason, when the run is stopped.
 * @internal
 */
export async function interpretPipeline(
  plan: PipelinePlan,
  ctx: WorkflowContext,
  context: PipelineContext,
  checkpoint?: PipelineCheckpoint,
): Promise<PipelineContext> {
  const { steps, graph, parallelism: width, failFast } = plan;
  const runner = new StepRunner(ctx, context, checkpoint);
  context.begin(() => ctx.now());
  await checkpoint?.restore(context);
  try {
    await runDependencies(graph, {
      width,
      failFast,
      start: (node) => runner.start(steps[node] as StepPlan),
      onSkip: (node) => {
        context.markSkipped(graph.names[node] as string, 'a step it depends on failed');
      },
    });
  } finally {
    context.end();
  }
  const { failure } = runner;
  if (failure !== undefined) throw new PipelineExecutionError(failure.path, failure.error, undefined, context);
  await checkpoint?.clear();
  return context;
}

/** Runs one step that has others inside, outside any pipeline. @internal */
export async function executeAlone(step: PipelineStep, context: PipelineContext): Promise<unknown> {
  const plan = planStep(step);
  const run = (ctx: WorkflowContext): unknown => new StepRunner(ctx, context).execute(plan);
  return executeInMemory(
    { name: step.name, version: 1, model: 'pipeline', retry: false, run },
    undefined,
    standaloneServices(),
  );
}

/** How a step ended, with what it answered or threw. */
interface Outcome {
  readonly end: NodeEnd;
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Takes single steps through their lives: skipped or executed, recovered, cleaned up, remembered. */
class StepRunner {
  /** The first that failed. */
  failure: { readonly path: string; readonly error: unknown } | undefined;
  private readonly inMemory: boolean;

  constructor(
    private readonly ctx: WorkflowContext,
    private readonly context: PipelineContext,
    private readonly checkpoint?: PipelineCheckpoint,
  ) {
    this.inMemory = isInMemory(ctx);
  }

  start(plan: StepPlan): NodeEnd | Promise<NodeEnd> {
    if (!this.isBare(plan)) return this.live(plan).then((outcome) => this.note(plan, outcome));
    let answer: unknown;
    try {
      answer = this.call(plan.path, (context, step) => plan.step.execute(context, step), plan.options);
    } catch (error) {
      return this.note(plan, this.fail(plan, error));
    }
    if (!isThenable(answer)) return this.complete(plan, answer);
    this.context.markRunning(plan.path);
    return answer.then(
      (value) => this.complete(plan, value),
      (error: unknown) => this.note(plan, this.fail(plan, error)),
    );
  }

  /** The step's own work, with the steps inside it. */
  execute({ step, path, options, parts }: StepPlan): unknown {
    if (parts !== undefined) return this.executeParts(path, parts);
    const { resilience } = step;
    const body: Body =
      resilience === undefined
        ? (context, own) => step.execute(context, own)
        : (context, own) => resilience.execute(async () => step.execute(context, own));
    return this.call(path, body, options);
  }

  /** Whether a step is only its `execute`. */
  private isBare(plan: StepPlan): boolean {
    const { asksToSkip, recovers, cleansUp, parts, step } = plan;
    if (asksToSkip || recovers || cleansUp || parts !== undefined) return false;
    return step.resilience === undefined && this.checkpoint === undefined;
  }

  private async live(plan: StepPlan): Promise<Outcome> {
    const { step, path } = plan;
    if (this.checkpoint?.has(path)) {
      const value = this.checkpoint.resultOf(path);
      this.context.setStepResult(path, value);
      this.context.markSkipped(path, 'resumed: an earlier run completed it');
      return { end: NodeEnd.Skipped, value };
    }
    try {
      if (plan.asksToSkip && (await this.call(`${path}:shouldSkip`, (context) => step.shouldSkip(context)))) {
        this.context.markSkipped(path, 'its condition says so');
        return { end: NodeEnd.Skipped };
      }
    } catch (error) {
      return this.fail(plan, error);
    }
    this.context.markRunning(path);
    try {
      const value = await this.executeOrRecover(plan);
      await this.cleanUp(plan);
      await this.checkpoint?.save(path, value, this.context);
      return { end: this.complete(plan, value), value };
    } catch (error) {
      await this.cleanUp(plan);
      return this.fail(plan, error);
    }
  }

  private async executeOrRecover(plan: StepPlan): Promise<unknown> {
    try {
      return await this.execute(plan);
    } catch (thrown) {
      if (!plan.recovers || this.ctx.signal.aborted) throw thrown;
      const error = ownError(plan.path, thrown) as Error;
      return this.call(`${plan.path}:onError`, (context) => plan.step.onError(context, error));
    }
  }

  private async cleanUp({ step, path, cleansUp }: StepPlan): Promise<void> {
    if (!cleansUp) return;
    try {
      // A run that was stopped takes no calls any more, but what was opened here is closed here.
      if (this.inMemory) await step.cleanup(this.context);
      else await this.call(`${path}:cleanup`, (context) => step.cleanup(context));
    } catch (error) {
      // Documented: the step's outcome stands, whatever becomes of its cleaning up.
      this.ctx.logger.warn(`The cleanup of step "${path}" failed.`, { error: String(error) });
    }
  }

  private async executeParts(path: string, parts: StepParts): Promise<unknown> {
    if (parts.kind === 'parallel') return this.executeAll(parts);
    const condition = parts.condition as (context: PipelineContext) => unknown;
    const holds = await this.call(`${path}:condition`, (context) => condition(context));
    const chosen = holds ? parts.whenTrue : parts.whenFalse;
    if (chosen === undefined) return null;
    const { end, value, error } = await this.live(chosen);
    if (end === NodeEnd.Failed) throw error;
    return value ?? null;
  }

  private async executeAll({ plans, graph, failFast }: Extract<StepParts, { kind: 'parallel' }>): Promise<unknown[]> {
    const values: unknown[] = plans.map(() => null);
    const failures: unknown[] = [];
    await runDependencies(graph, {
      width: Number.POSITIVE_INFINITY,
      failFast,
      start: async (node) => {
        const { end, value, error } = await this.live(plans[node] as StepPlan);
        if (end === NodeEnd.Failed) failures.push(error);
        else values[node] = value ?? null;
        return end;
      },
    });
    if (failures.length > 0) throw failures[0];
    return values;
  }

  /** One call of a user's function through the context: as it is in memory, else with what it told the context beside its answer. */
  private call(name: string, body: Body, options?: StepOptions): unknown {
    const { ctx, context } = this;
    if (this.inMemory) return beginStep(ctx, name, (step) => body(context, step), this.withContext(options));
    const recorded = ctx.step<Recorded>(
      name,
      async (step) => {
        const fork = context.fork();
        const value = await body(fork, step);
        return { ...(value !== undefined && { value }), ...fork.writes() };
      },
      this.withContext(options) as StepOptions<Recorded> | undefined,
    );
    return recorded.then((entry) => {
      const { value, ...writes } = entry;
      context.apply(writes);
      return value;
    });
  }

  /** An undo is given the step's result and the pipeline's context. */
  private withContext(options: StepOptions | undefined): StepOptions | undefined {
    const compensate = options?.compensate as ((result: unknown, context: unknown) => unknown) | undefined;
    if (compensate === undefined) return options;
    const { inMemory, context } = this;
    return {
      ...options,
      compensate: (result: unknown) => compensate(inMemory ? result : (result as Recorded | undefined)?.value, context),
    };
  }

  /** Remembers the first step of the pipeline itself that failed: a step around it may make good for one inside. */
  private note({ path }: StepPlan, { end, error }: Outcome): NodeEnd {
    if (end === NodeEnd.Failed) this.failure ??= { path, error };
    return end;
  }

  private complete(plan: StepPlan, value: unknown): NodeEnd {
    this.context.markCompleted(plan.path, value);
    return NodeEnd.Completed;
  }

  private fail({ path }: StepPlan, thrown: unknown): Outcome {
    // A run that was stopped ends as what stopped it, and not as this step's failure.
    if (this.ctx.signal.aborted) throw thrown;
    const error = ownError(path, thrown);
    this.context.markFailed(path, error);
    return { end: NodeEnd.Failed, error };
  }
}

/** What the step itself threw, without what the engine put around it. */
function ownError(path: string, error: unknown): unknown {
  return isStepFailedError(error) && error.step.startsWith(path) && error.name === 'StepFailedError'
    ? error.cause
    : error;
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
