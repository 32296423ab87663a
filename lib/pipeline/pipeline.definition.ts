import type { JournalEntryView } from '../client/index.js';
import {
  readOptional,
  type StandardSchema,
  type ValueValidator,
  type WorkflowContext,
  type WorkflowDefinition,
} from '../core/definition/index.js';
import { toDot, toMermaid, type DiagramGraph } from '../core/diagram/index.js';
import { ContextUsageError, WorkflowDefinitionError, WorkflowOptionsError } from '../core/errors/index.js';
import {
  executeInMemory,
  isInMemory,
  standaloneServices,
  type ExecuteInMemoryOptions,
  type MemoryServices,
} from '../core/execution/index.js';
import { callback, flag, knownOptions, limit, refuseUnknownOptions } from '../core/options/index.js';
import { assertVersion, assertWorkflowName, newWorkflowId } from '../core/records/index.js';
import { DependencyOutline } from '../core/scheduling/index.js';
import { lazyInputValidator, type WorkflowInputClass } from '../discovery/index.js';
import { toPipelineError } from './errors/pipeline-execution.error.js';
import { readJournalContext } from './journal-context.js';
import { PipelineCheckpoint, requireStore, type PipelineCheckpointStore } from './pipeline-checkpoint.js';
import { PipelineContext, type PipelineSnapshot } from './pipeline-context.js';
import { contextValidator, readInput, storingValidator } from './pipeline-input.js';
import { planPipeline, type PipelinePlan } from './pipeline-plan.js';
import { interpretPipeline } from './pipeline.interpreter.js';
import { keptOnRetry } from './recorded-steps.js';
import { StepPlanner } from './step-planner.js';
import type { StepRunnerOptions } from './step-runner.js';
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
  /**
   * Checks `context.input` before anything runs: a class with class-validator decorators, or any Standard Schema. What a class does not
   * declare is removed. The steps find the checked input as plain JSON, not as an instance.
   * @default inputs are not checked
   */
  readonly input?: WorkflowInputClass | StandardSchema;
}

/** @publicApi */
export interface PipelineExecuteOptions {
  readonly initialContext?: PipelineContext;
  /** Whether nothing more begins once a step has failed. @default true */
  readonly failFast?: boolean;
  /** Cancels the run: what completed is undone. */
  readonly signal?: AbortSignal;
}

const OPTIONS = knownOptions<PipelineOptions>({
  checkpointStore: true,
  version: true,
  parallelism: true,
  isCompatibleWith: true,
  input: true,
});

const EXECUTE = knownOptions<PipelineExecuteOptions>({ initialContext: true, failFast: true, signal: true });

const NO_OPTIONS: PipelineExecuteOptions = {};

/** A plan with what runs it in memory. */
interface RunnablePlan {
  readonly plan: PipelinePlan;
  readonly inMemory: Readonly<Record<'failingFast' | 'goingOn', WorkflowDefinition<PipelineContext, PipelineContext>>>;
}

/** The definition of a pipeline, as it is registered. @publicApi */
export interface PipelineDefinition<Results extends object = Record<string, unknown>> extends WorkflowDefinition<
  unknown,
  PipelineSnapshot<Results>
> {
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
export class Pipeline<const S extends readonly PipelineStep[] = readonly PipelineStep[]> implements WorkflowDefinition<
  unknown,
  PipelineSnapshot<ResultsOf<S>>
> {
  readonly model = 'pipeline';
  readonly retry = false;
  /** @internal */
  readonly keptOnRetry = keptOnRetry;
  readonly name: string;
  readonly version: number;
  readonly checkpointStore: PipelineCheckpointStore | undefined;
  readonly parallelism: number;
  declare readonly isCompatibleWith?: (version: number) => boolean;
  /** @internal */
  readonly validateInput: ValueValidator;
  private readonly check: ValueValidator | undefined;
  private readonly place: string;
  private readonly own: PipelineStep[];
  /** Built once for all runs, and again after a step was added. */
  private runnable: RunnablePlan | undefined;
  /** Checks steps that are added, each in time that does not grow with the pipeline. */
  private checks: { readonly outline: DependencyOutline; readonly planner: StepPlanner } | undefined;

  /** @throws WorkflowDefinitionError for a name given twice, a dependency that is not there, and a circle of dependencies. */
  constructor(
    name: string,
    steps?: S,
    checkpointStore?: PipelineCheckpointStore | PipelineOptions,
    more?: PipelineOptions,
  ) {
    const options = readOptional<PipelineOptions>(['checkpointStore'], [checkpointStore, more]);
    refuseUnknownOptions(options, OPTIONS, `pipeline "${name}"`);
    this.place = `pipeline "${name}"`;
    assertWorkflowName(name, this.place);
    this.name = name;
    this.version = options.version ?? 1;
    assertVersion(this.version, this.place);
    this.checkpointStore = requireStore(options.checkpointStore, `checkpointStore of ${this.place}`);
    this.parallelism = limit(options.parallelism, 1, `parallelism of ${this.place}`);
    const compatible = callback(options.isCompatibleWith, `isCompatibleWith of ${this.place}`, '(version) => boolean');
    if (compatible !== undefined) this.isCompatibleWith = compatible;
    this.check = options.input === undefined ? undefined : lazyInputValidator(options.input, this.place);
    this.validateInput = storingValidator(this.check);
    if (steps != null && !Array.isArray(steps))
      throw new WorkflowDefinitionError(`The steps of ${this.place} are no list. Give a list of steps.`);
    this.own = [...(steps ?? [])];
    this.runnable = this.prepare();
  }

  /** As the definition that it is. @internal */
  get pipeline(): Pipeline {
    return this;
  }

  get steps(): readonly PipelineStep[] {
    return [...this.own];
  }

  /** Adds a step at the end. @throws WorkflowDefinitionError as the constructor does, and then the pipeline is as it was. */
  addStep(step: PipelineStep): void {
    const checks = (this.checks ??= this.createChecks());
    try {
      checks.outline.add({ name: step?.name, dependencies: step?.dependencies });
      checks.planner.plan(step);
    } catch (refusal) {
      // What was noted of the refused step goes with them.
      this.checks = undefined;
      throw refusal;
    }
    this.own.push(step);
    this.runnable = undefined;
  }

  /**
   * Runs here, in memory.
   *
   * @throws PipelineExecutionError naming the first step that failed, with what was done as its `context`, and the undos that failed as
   * `compensationErrors`; WorkflowInputError
   */
  execute(
    initialContext?: PipelineContext | PipelineExecuteOptions,
    failFast?: boolean | PipelineExecuteOptions,
  ): Promise<PipelineContext<ResultsOf<S>>> {
    const options =
      initialContext === undefined && failFast === undefined
        ? NO_OPTIONS
        : readOptional<PipelineExecuteOptions>(['initialContext', 'failFast'], [initialContext, failFast]);
    refuseUnknownOptions(options, EXECUTE, `execute of ${this.place}`);
    flag(options.failFast, true, `failFast of execute of ${this.place}`);
    const context: unknown = options.initialContext;
    if (context != null && !(context instanceof PipelineContext))
      throw new WorkflowOptionsError({
        option: `initialContext of execute of ${this.place}`,
        value: context,
        expected: 'a PipelineContext, such as new PipelineContext({ input })',
      });
    return this.executeWith(standaloneServices(), options);
  }

  /** @internal */
  executeWith(
    services: MemoryServices,
    options: PipelineExecuteOptions & Pick<ExecuteInMemoryOptions, 'headers' | 'timeoutMs'>,
  ): Promise<PipelineContext<ResultsOf<S>>> {
    const { initialContext = new PipelineContext(), failFast = true } = options;
    const { inMemory, plan } = this.currentPlan();
    const definition = failFast ? inMemory.failingFast : inMemory.goingOn;
    const outcome = executeInMemory(definition, initialContext, services, options);
    const told = plan.undoes ? outcome.catch(throwPipelineError) : outcome;
    return told as Promise<PipelineContext<ResultsOf<S>>>;
  }

  /** Runs it over a workflow's context: it is a definition, and may be started, or run as a child, as any other. @internal */
  run(ctx: WorkflowContext, input: unknown): Promise<PipelineSnapshot<ResultsOf<S>>> {
    return this.runPlan(this.currentPlan().plan, ctx, input);
  }

  /** What a registry holds, and `WorkflowModule.forFeature` takes. Steps that are added later are not in it. */
  define(target?: object): PipelineDefinition<ResultsOf<S>> {
    const { name, version, isCompatibleWith, validateInput } = this;
    const { plan } = this.currentPlan();
    return {
      name,
      version,
      model: 'pipeline',
      retry: false,
      keptOnRetry,
      pipeline: this,
      ...(target !== undefined && { target }),
      ...(isCompatibleWith !== undefined && { isCompatibleWith }),
      validateInput,
      run: (ctx, input) => this.runPlan(plan, ctx, input),
    };
  }

  /** In Graphviz's language: a node for each step, an edge from each dependency. */
  toDot(): string {
    return toDot(this.diagram());
  }

  toMermaid(): string {
    return toMermaid(this.diagram());
  }

  /** What a durable run of it has done so far. @internal */
  readJournal(input: unknown, entries: readonly JournalEntryView[]): PipelineContext {
    return readJournalContext(this.currentPlan().plan, readInput(input).context, entries);
  }

  private async runPlan(
    plan: PipelinePlan,
    ctx: WorkflowContext,
    input: unknown,
  ): Promise<PipelineSnapshot<ResultsOf<S>>> {
    const { context, failFast } = readInput(input);
    return (await this.interpreter(plan, failFast)(ctx, context)).toJSON() as PipelineSnapshot<ResultsOf<S>>;
  }

  private currentPlan(): RunnablePlan {
    return (this.runnable ??= this.prepare());
  }

  private prepare(): RunnablePlan {
    const plan = planPipeline(this.own, this.place);
    const { name, version, check } = this;
    const checks = check === undefined ? undefined : { validateInput: contextValidator(check) };
    const define = (failFast: boolean): WorkflowDefinition<PipelineContext, PipelineContext> => {
      const run = this.interpreter(plan, failFast);
      return { name, version, model: 'pipeline', retry: false, run, ...checks };
    };
    return { plan, inMemory: { failingFast: define(true), goingOn: define(false) } };
  }

  private interpreter(
    plan: PipelinePlan,
    failFast: boolean,
  ): (ctx: WorkflowContext, context: PipelineContext) => PipelineContext | Promise<PipelineContext> {
    const { parallelism, checkpointStore } = this;
    const options: StepRunnerOptions = { parallelism, failFast };
    if (checkpointStore === undefined) return (ctx, context) => interpretPipeline(plan, ctx, context, options);
    return (ctx, context) =>
      interpretPipeline(plan, ctx, context, { ...options, checkpoint: this.checkpoint(checkpointStore, ctx, context) });
  }

  private createChecks(): NonNullable<typeof this.checks> {
    const planner = new StepPlanner(this.place);
    for (const step of this.own) planner.plan(step);
    const names = this.own.map(({ name }) => name);
    return { planner, outline: new DependencyOutline(names, this.place) };
  }

  private checkpoint(
    store: PipelineCheckpointStore,
    ctx: WorkflowContext,
    context: PipelineContext,
  ): PipelineCheckpoint {
    if (!isInMemory(ctx)) {
      throw new ContextUsageError(
        `The pipeline "${this.name}" has a checkpoint store and was started durably. Its journal is its checkpoint: leave the store out.`,
      );
    }
    const runId = (context.runId ??= newWorkflowId());
    return new PipelineCheckpoint(store, `pipeline:${this.name}:${runId}`, ctx.logger, this);
  }

  private diagram(): DiagramGraph {
    return {
      name: this.name,
      nodes: this.own.map(({ name, structure }) => ({
        id: name,
        ...(structure?.kind === 'conditional' && { shape: 'diamond' as const }),
      })),
      edges: this.own.flatMap(({ name, dependencies }) => dependencies.map((from) => ({ from, to: name }))),
    };
  }
}

function throwPipelineError(error: unknown): never {
  throw toPipelineError(error);
}
