import {
  readOptional,
  type StandardSchema,
  type WorkflowContext,
  type WorkflowDefinition,
} from '../core/definition/index.js';
import { toDot, toMermaid } from '../core/diagram/index.js';
import { isWorkflowTimeoutError, WorkflowVersionMismatchError } from '../core/errors/index.js';
import {
  executeInMemory,
  needsStore,
  standaloneServices,
  statusOfFailure,
  type MemoryServices,
} from '../core/execution/index.js';
import { refuseUnknownOptions, type KnownOptions } from '../core/options/index.js';
import { assertVersion, assertWorkflowName, type JournalEntry } from '../core/records/index.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
import { graphErrorOf } from './errors/graph-error-of.js';
import { GraphTimeoutError } from './errors/graph-timeout.error.js';
import { GraphConfig, type GraphConfigOptions } from './graph-config.js';
import { GRAPH_HOUSE } from './graph-house.js';
import {
  EXECUTE,
  RESUME,
  STREAM,
  type GraphExecuteOptions,
  type GraphResumeOptions,
  type Named,
  type WorkflowEngineOptions,
} from './graph-engine-options.js';
import { GraphResult } from './graph-result.js';
import { GraphStream, type GraphStreamMode } from './graph-stream.js';
import { eventTeller } from './graph.events.js';
import { answerPosition } from './graph.answer.js';
import { positionIn, refuseEnded, requireState } from './graph.position.js';
import { ContextHost } from './graph.host.js';
import { GraphTraversal } from './graph.interpreter.js';
import { drawGraph } from './graph.diagram.js';
import { planGraph, validateGraph, type GraphParts, type GraphPlan } from './graph.plan.js';
import type { TraversalObserver } from './node-visitor.js';
import { asNode } from './node-of-options.js';
import { keptOnRetry } from './kept-on-retry.js';
import { describeRun, endOf } from './run-outcome.js';
import { nodesOnPath } from './planned-path.js';
import { HumanNode } from './nodes/human-node.js';
import type { AbstractWorkflowNode } from './nodes/workflow-node.js';
import { freshState, initialState, outputOf, startOf, storedInput, type GraphOutput } from './stored-run.js';
import type { StateCondition, WorkflowEdge } from './workflow-edge.js';
import { valuesOf, WorkflowState, type GraphUpdate, type GraphValues } from './workflow-state.js';

/** The key of a state by which it says of which version the graph was. */
const VERSION_KEY = '_definition_version';

/** How a run in memory is begun. @internal */
export interface MemoryStart extends GraphResumeOptions {
  readonly state: WorkflowState;
  readonly observer?: TraversalObserver | undefined;
}

/**
 * A built graph: `WorkflowBuilder` makes them.
 *
 * @example
 * const result = await engine.execute('Summarise this');
 *
 * @publicApi
 */
export class WorkflowEngine<S extends object = GraphValues> implements WorkflowDefinition<unknown, GraphOutput> {
  readonly model = 'graph';
  readonly retry = false;
  readonly version: number;
  readonly config: GraphConfig;
  /** Whether it was given a configuration, which then holds in place of the module's. @internal */
  readonly isConfigured: boolean;
  readonly isCompatibleWith?: (version: number) => boolean;
  /** @internal */
  readonly plan: GraphPlan;
  /** @internal */
  readonly parts: GraphParts;
  /** The class that was decorated. @internal */
  readonly target?: object;

  constructor(
    readonly name: string,
    nodes: Named<AbstractWorkflowNode<S>>,
    edges: readonly WorkflowEdge<S>[],
    entryNode: string,
    terminalConditions: Named<StateCondition<S> | null | undefined>,
    ...given: readonly [
      config?: GraphConfig | WorkflowEngineOptions | null,
      version?: number | WorkflowEngineOptions,
      options?: WorkflowEngineOptions,
    ]
  ) {
    const options = readOptional<WorkflowEngineOptions>(['config', 'version'], given);
    assertWorkflowName(name, `graph "${name}"`);
    this.version = options.version ?? 1;
    assertVersion(this.version, `graph "${name}"`);
    this.config = GraphConfig.of(options.config ?? undefined);
    this.isConfigured = options.config != null;
    if (options.target !== undefined) this.target = options.target;
    if (options.isCompatibleWith !== undefined) this.isCompatibleWith = options.isCompatibleWith;
    const conditions = [...mapOf(terminalConditions)].map(
      ([node, condition]) => [node, condition ?? undefined] as const,
    );
    this.parts = {
      name,
      nodes: new Map([...mapOf(nodes)].map(([node, given]) => [node, asNode(node, given)])),
      edges: [...edges] as readonly WorkflowEdge[],
      entryNode,
      terminalConditions: new Map(conditions) as GraphParts['terminalConditions'],
      reducers: mapOf(options.reducers ?? {}),
    };
    this.plan = planGraph(this.parts);
  }

  /** Which configuration a run has: that of its call, the graph's own, or else the module's. @internal */
  configOf(given: GraphConfigOptions | null | undefined, house: GraphConfig | undefined): GraphConfig {
    if (given != null) return GraphConfig.of(given);
    return this.isConfigured ? this.config : (house ?? this.config);
  }

  /** @throws GraphValidationError when the graph is not put together rightly */
  validate(): void {
    validateGraph(this.parts);
  }

  /**
   * Runs here, in memory, from the entry. A graph that pauses for a person answers a result that is `suspended`.
   *
   * @param input What the nodes find under `input`.
   * @throws NodeExecutionError, CycleDetectedError, GraphTimeoutError, each with what was done as its `result`
   */
  async execute(input: unknown, options: GraphExecuteOptions | GraphConfig = {}): Promise<GraphResult<S>> {
    const { state, ...others } = this.readOptions(options, EXECUTE, 'execute');
    const values = valuesOf(state, `execute of graph "${this.name}"`);
    return this.executeWith(standaloneServices(), { ...others, state: freshState(input, values) });
  }

  /**
   * Runs it here, in memory, and shows what happens. Leaving the stream cancels the run.
   *
   * @throws what {@link execute} throws, at the end of the stream
   */
  stream<M extends GraphStreamMode = 'updates'>(
    input: unknown,
    options: GraphExecuteOptions & { readonly mode?: M } = {},
  ): GraphStream<M> {
    refuseUnknownOptions(options, STREAM, `stream of graph "${this.name}"`);
    const { mode, state, ...others } = options;
    const values = valuesOf(state, `stream of graph "${this.name}"`);
    return this.streamWith(standaloneServices(), mode ?? ('updates' as M), () => ({
      ...others,
      state: freshState(input, values),
    }));
  }

  /** @internal */
  streamWith<M extends GraphStreamMode>(services: MemoryServices, mode: M, start: () => MemoryStart): GraphStream<M> {
    return new GraphStream(mode, async (listener, signal) => {
      const begun = start();
      const both = begun.signal === undefined ? signal : AbortSignal.any([begun.signal, signal]);
      const observer = eventTeller(listener);
      const run = this.executeWith(services, { ...begun, signal: both, observer });
      const { status, terminatedAt } = await run.catch((error: unknown) => {
        listener.tell({ type: 'ended', status: endOf(error), terminatedAt: null });
        throw error;
      });
      if (status === 'completed') listener.tell({ type: 'ended', status, terminatedAt });
    });
  }

  /**
   * Goes on where a graph stood when its state was taken: at the node that waits, or that failed.
   *
   * @param checkpointState The `finalState` of a result that is suspended, or of an error's.
   * @param humanResponse What the person answered; left out after a failure.
   * @throws WorkflowInputError when the answer does not pass the check of the node's `task`; WorkflowVersionMismatchError;
   * GraphExecutionError when the state is of a run that has ended
   */
  async resume(
    checkpointState: GraphUpdate,
    humanResponse?: unknown,
    options: GraphResumeOptions | GraphConfig = {},
  ): Promise<GraphResult<S>> {
    const given = this.readOptions<GraphResumeOptions>(options, RESUME, 'resume');
    requireState(checkpointState, `checkpointState of resume of graph "${this.name}"`);
    this.refuseOtherVersion(checkpointState);
    refuseEnded(checkpointState, this.name);
    const initial =
      humanResponse == null ? checkpointState : await answerPosition(this.plan, checkpointState, humanResponse);
    const state = new WorkflowState(initial['input'], { initial });
    return this.executeWith(standaloneServices(), { ...given, state });
  }

  /** @internal */
  async executeWith(services: MemoryServices, start: MemoryStart): Promise<GraphResult<S>> {
    const { state, signal, headers, observer } = start;
    const house = GRAPH_HOUSE.in(services.registry);
    const config = this.configOf(start.config, house);
    this.refuseUnfit(config, house);
    state[VERSION_KEY] = this.version;
    let traversal: GraphTraversal | undefined;
    const startedAt = services.clock.now();
    const { spentMs = 0 } = positionIn(state) ?? {};
    const definition: WorkflowDefinition<void, void> = {
      ...{ name: this.name, version: this.version, model: 'graph', retry: false },
      ...(config.totalTimeoutMs > 0 && { timeoutMs: Math.max(1, config.totalTimeoutMs - spentMs) }),
      run: (ctx) => {
        const host = new ContextHost(ctx, signal !== undefined || config.totalTimeoutMs > 0);
        traversal = new GraphTraversal(this.plan, { config, house, host, state, observer });
        return traversal.run();
      },
    };
    const resultOf = (status: GraphResult['status']): GraphResult<S> =>
      describeRun(traversal, state, status, services.clock.now() - startedAt) as GraphResult<S>;
    try {
      await executeInMemory(definition, undefined, services, { signal, headers });
    } catch (thrown) {
      const isLate = isWorkflowTimeoutError(thrown) && signal?.aborted !== true;
      const node = isLate ? (traversal?.giveUp('The total timeout of the graph was over.') ?? null) : null;
      const error = isLate ? new GraphTimeoutError(config.totalTimeoutMs / 1_000, { node }) : thrown;
      throw graphErrorOf(error, resultOf(statusOfFailure(thrown)));
    }
    return resultOf(traversal?.isOver === false ? 'suspended' : 'completed');
  }

  /** What is stored of an input, by which its run will be read. @internal */
  validateInput(input: unknown): unknown {
    return storedInput(input);
  }

  /** Runs over a context, for a registry. @internal */
  async run(ctx: WorkflowContext, input: unknown): Promise<GraphOutput> {
    const start = startOf(input);
    const house = GRAPH_HOUSE.of(ctx);
    const config = this.configOf(start.config, house);
    this.refuseUnfit(config, house);
    const state = initialState(start);
    const traversal = new GraphTraversal(this.plan, { config, house, host: new ContextHost(ctx), state });
    await traversal.run();
    // In memory a pause ends the run; below another one nobody could go on with it.
    if (traversal.pause !== undefined)
      throw needsStore(`The node "${traversal.pause.node}" of the graph "${this.name}"`, 'nobody could answer it');
    return outputOf(traversal, state);
  }

  /** The check of a task's answer, by the node that asks. @internal */
  taskSchema(task: string): StandardSchema | undefined {
    const human = nodesOnPath(this.plan, task).find(({ node }) => node instanceof HumanNode);
    return (human?.node as HumanNode | undefined)?.task?.schema;
  }

  /** @internal */
  keptOnRetry(entries: readonly JournalEntry[]): (entry: JournalEntry) => boolean | undefined {
    return keptOnRetry(this.plan, entries);
  }

  /** Draws it; with visits, with the path of that run. */
  toMermaid(path?: readonly string[]): string {
    return toMermaid(drawGraph(this.parts, path));
  }

  /** Draws it in Graphviz's language. */
  toDot(path?: readonly string[]): string {
    return toDot(drawGraph(this.parts, path));
  }

  private readOptions<T extends GraphResumeOptions>(given: T | GraphConfig, known: KnownOptions, method: string): T {
    if (given instanceof GraphConfig) return { config: given } as T;
    refuseUnknownOptions(given, known, `${method} of graph "${this.name}"`);
    return given;
  }

  /** A state that says nothing of a version is taken as it is. */
  private refuseOtherVersion({ [VERSION_KEY]: version }: GraphUpdate): void {
    if (typeof version !== 'number' || version === this.version || this.isCompatibleWith?.(version) === true) return;
    throw new WorkflowVersionMismatchError({
      workflowName: this.name,
      expectedVersion: version,
      actualVersion: this.version,
    });
  }

  /** @throws GraphExecutionError where graphs are switched off, for this one or in the whole module @internal */
  refuseUnfit(config: GraphConfig, house: GraphConfig | undefined): void {
    if (this.plan.entry < 0) this.validate();
    const isOff = house?.enabled === false;
    if (config.enabled && !isOff) return;
    const mend = isOff ? 'graph.enabled of WorkflowModule' : 'enabled of GraphConfig';
    throw new GraphExecutionError(
      `The graph "${this.name}" was not run, because graphs are switched off. Set ${mend} to true.`,
    );
  }
}

function mapOf<T>(named: Named<T>): Map<string, T> {
  return new Map<string, T>(named instanceof Map ? (named as ReadonlyMap<string, T>) : Object.entries(named));
}
