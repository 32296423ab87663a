import { readOptional, type WorkflowContext, type WorkflowDefinition } from '../core/definition/index.js';
import { toDot, toMermaid, type DiagramGraph } from '../core/diagram/index.js';
import { ContextUsageError, WorkflowDefinitionError, WorkflowOptionsError } from '../core/errors/index.js';
import { executeInMemory, isInMemory, standaloneServices, type MemoryServices } from '../core/execution/index.js';
import { assertVersion, assertWorkflowName, newWorkflowId, type WorkflowHeaders } from '../core/records/index.js';
import { DependencyGraph } from '../core/scheduling/index.js';
import { PipelineCheckpoint, type PipelineCheckpointStore } from './pipeline-checkpoint.js';
import { PipelineContext, type PipelineSnapshot } from './pipeline-context.js';
import { interpretPipeline, type PipelinePlan } from './pipeline.interpreter.js';
import { planStep, type StepPlan } from './step-plan.js';
import type { PipelineStep } from './steps/pipeline-step.js';

/** The results of a pipeline's steps by their names. @publicApi */
export type ResultsOf<S extends readonly PipelineStep[]> = {
  [Each in S[number] as Each['name']]: Each extends PipelineStep<infer R> ? R : unknown;
};

/** @publicApi */
export interface PipelineOptions {
  /** Keeps what is done of runs in memory. A durable run has its journal, and refuses it. */
  readonly checkpointStore?: PipelineCheckpointStore;
  /** A positive integer. @default 1 */
  readonly version?: number;
  /** How many steps run at one time; among those that may begin the first declared goes first. @default 1 */
  readonly parallelism?: number;
  /** Versions whose stored instances this one may go on with. @default none but its own */
  readonly isCompatibleWith?: (version: number) => boolean;
}

/** @publicApi */
export interface PipelineExecuteOptions {
  readonly initialContext?: PipelineContext;
  /** Whether nothing more begins once a step has failed. @default true */
  readonly failFast?: boolean;
  /** Cancels the run: what completed is undone. */
  readonly signal?: AbortSignal;
}

/** The definition of a pipeline, as it is registered. @publicApi */
export interface PipelineDefinition extends WorkflowDefinition<unknown, PipelineSnapshot> {
  readonly pipeline: Pipeline;
}

/**
 * Steps with dependencies, run in topological order, and by declaration where the dependencies leave a choice.
 *
 * @example
 * const pipeline = new Pipeline('onboarding', [step('validate', validate), step('welcome', welcome, ['validate'])]);
 * const context = await pipeline.execute(new PipelineContext({ input: user }));
 *
 * @publicApi
 */
export class Pipeline<const S extends readonly PipelineStep[] = readonly PipelineStep[]> {
  readonly name: string;
  readonly version: number;
  readonly checkpointStore: PipelineCheckpointStore | undefined;
  readonly parallelism: number;
  readonly isCompatibleWith: PipelineOptions['isCompatibleWith'];
  private readonly plans: StepPlan[] = [];
  private graph: DependencyGraph | undefined;

  /** @throws WorkflowDefinitionError for a name given twice, a dependency that is not there, and a circle of dependencies. */
  constructor(
    name: string,
    steps?: S,
    checkpointStore?: PipelineCheckpointStore | PipelineOptions,
    more?: PipelineOptions,
  ) {
    const options = readOptional<PipelineOptions>(['checkpointStore'], [checkpointStore, more]);
    assertWorkflowName(name, `pipeline "${name}"`);
    this.name = name;
    this.version = options.version ?? 1;
    assertVersion(this.version, `pipeline "${name}"`);
    this.checkpointStore = options.checkpointStore;
    this.parallelism = options.parallelism ?? 1;
    if (!(this.parallelism >= 1)) {
      const option = `parallelism of pipeline "${name}"`;
      throw new WorkflowOptionsError({
        option,
        value: this.parallelism,
        expected: 'a number of at least 1, or Infinity',
      });
    }
    this.isCompatibleWith = options.isCompatibleWith;
    this.plans.push(...(steps ?? []).map((each) => planStep(each)));
    this.graph = this.buildGraph(this.plans);
  }

  get steps(): readonly PipelineStep[] {
    return this.plans.map(({ step }) => step);
  }

  /** Adds a step at the end. @throws WorkflowDefinitionError as the constructor does, and then the pipeline is as it was. */
  addStep(step: PipelineStep): void {
    const plan = planStep(step);
    this.graph = this.buildGraph([...this.plans, plan]);
    this.plans.push(plan);
  }

  /**
   * Runs here, in memory.
   *
   * @throws PipelineExecutionError naming the first step that failed, with what was done as its `context`.
   */
  execute(
    initialContext?: PipelineContext | PipelineExecuteOptions,
    failFast?: boolean | PipelineExecuteOptions,
  ): Promise<PipelineContext<ResultsOf<S>>> {
    const keys = ['initialContext', 'failFast'] as const;
    const options = readOptional<PipelineExecuteOptions>(keys, [initialContext, failFast]);
    return this.executeWith(standaloneServices(), options);
  }

  /** @internal */
  async executeWith(
    services: MemoryServices,
    options: PipelineExecuteOptions & { readonly headers?: WorkflowHeaders | undefined },
  ): Promise<PipelineContext<ResultsOf<S>>> {
    const { initialContext = new PipelineContext(), failFast = true, signal, headers } = options;
    const plan = this.plan(failFast);
    const run = (ctx: WorkflowContext): Promise<PipelineContext> =>
      interpretPipeline(plan, ctx, initialContext, this.checkpoint(ctx, initialContext));
    const definition: WorkflowDefinition<void, PipelineContext> = { ...this.facts(), run };
    return (await executeInMemory(definition, undefined, services, { signal, headers })) as PipelineContext<
      ResultsOf<S>
    >;
  }

  /** What a registry holds, and `WorkflowModule.forFeature` takes. Steps that are added later are not in it. */
  define(target?: object): PipelineDefinition {
    const { isCompatibleWith } = this;
    const plan = this.plan(true);
    return {
      ...this.facts(),
      pipeline: this,
      ...(target !== undefined && { target }),
      ...(isCompatibleWith !== undefined && { isCompatibleWith }),
      run: async (ctx, input) => {
        const context = contextOf(input);
        const { failFast } = (input ?? {}) as { readonly failFast?: unknown };
        const own = failFast === false ? { ...plan, failFast } : plan;
        return (await interpretPipeline(own, ctx, context, this.checkpoint(ctx, context))).toJSON();
      },
    };
  }

  /** In Graphviz's language: a node for each step, an edge from each dependency. */
  toDot(): string {
    return toDot(this.diagram());
  }

  toMermaid(): string {
    return toMermaid(this.diagram());
  }

  private facts(): Pick<PipelineDefinition, 'name' | 'version' | 'model' | 'retry'> {
    return { name: this.name, version: this.version, model: 'pipeline', retry: false };
  }

  private plan(failFast: boolean): PipelinePlan {
    const graph = (this.graph ??= this.buildGraph(this.plans));
    return { graph, steps: [...this.plans], parallelism: this.parallelism, failFast };
  }

  private buildGraph(plans: readonly StepPlan[]): DependencyGraph {
    const place = `pipeline "${this.name}"`;
    const nodes = plans.map(({ step: { name, dependencies } }) => ({ name, dependencies }));
    const paths = new Set<string>();
    for (const path of plans.flatMap(pathsOf)) {
      if (paths.has(path) && path.includes('/'))
        throw new WorkflowDefinitionError(
          `Two steps of ${place} are known as "${path}". Give one of them another name.`,
        );
      paths.add(path);
    }
    // A step that was skipped counts as done: what depends on it runs all the same.
    return new DependencyGraph(nodes, place, 'none_failed');
  }

  private checkpoint(ctx: WorkflowContext, context: PipelineContext): PipelineCheckpoint | undefined {
    if (this.checkpointStore === undefined) return undefined;
    if (!isInMemory(ctx)) {
      throw new ContextUsageError(
        `The pipeline "${this.name}" has a checkpoint store and was started durably. Its journal is its checkpoint: leave the store out.`,
      );
    }
    const runId = (context.runId ??= newWorkflowId());
    return new PipelineCheckpoint(this.checkpointStore, `pipeline:${this.name}:${runId}`, ctx.logger);
  }

  private diagram(): DiagramGraph {
    return {
      name: this.name,
      nodes: this.plans.map(({ step, parts }) => ({
        id: step.name,
        ...(parts?.kind === 'conditional' && { shape: 'diamond' as const }),
      })),
      edges: this.plans.flatMap(({ step }) => step.dependencies.map((from) => ({ from, to: step.name }))),
    };
  }
}

/** What a durable pipeline is started with: a snapshot of a context, or anything else as its input. @internal */
export function contextOf(input: unknown): PipelineContext {
  const given = input as { readonly $context?: PipelineSnapshot } | null | undefined;
  return given?.$context === undefined ? new PipelineContext({ input }) : PipelineContext.from(given.$context);
}

function pathsOf(plan: StepPlan): string[] {
  const { parts, path } = plan;
  if (parts === undefined) return [path];
  const inner =
    parts.kind === 'parallel' ? parts.plans : [parts.whenTrue, ...(parts.whenFalse ? [parts.whenFalse] : [])];
  return [path, ...inner.flatMap(pathsOf)];
}
