import { oneOf, refuseUnknownOptions } from '../core/options/index.js';
import { Injectable } from '@nestjs/common';
import {
  refuseOtherVersion,
  goOnOrAnew,
  type StartOptions,
  type WorkflowClient,
  type WorkflowHandle,
} from '../client/index.js';
import { toDot, toMermaid } from '../core/diagram/index.js';
import type { WorkflowDefinition, WorkflowReference } from '../core/definition/index.js';
import {
  describeValue,
  isWorkflowIdConflictError,
  WorkflowDefinitionError,
  WorkflowIdConflictError,
  WorkflowStateError,
} from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { newWorkflowId } from '../core/records/index.js';
import { formatTaskId, nameOfWait, TASK_SIGNAL, taskPlace } from '../core/waits/index.js';
import { TaskService } from '../tasks/index.js';
import { graphErrorOf } from './errors/graph-error-of.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
import { GraphConfig } from './graph-config.js';
import { GRAPH_HOUSE } from './graph-house.js';
import {
  ANSWER,
  DIAGRAM,
  EXECUTE,
  FORK,
  refuseConfig,
  START,
  STREAM,
  WATCH,
  type GraphAnswerOptions,
  type GraphForkOptions,
  type GraphServiceExecuteOptions,
} from './graph-service-options.js';
import type { GraphResult } from './graph-result.js';
import { WorkflowEngine } from './graph.definition.js';
import { GraphStream, type GraphStreamMode } from './graph-stream.js';
import type { GraphVisit } from './graph-visit.js';
import { drawGraph, type GraphPath } from './graph.diagram.js';
import { forkOf } from './graph.fork.js';
import { GraphReader } from './graph.reader.js';
import { InstanceEar, isStop } from './instance-ear.js';
import { watchRun } from './run-watch.js';
import { standstill } from './standstill.js';
import { freshState, startWith, type GraphOutput, type StoredStart } from './stored-run.js';
import { valuesOf } from './workflow-state.js';

/** A graph, its decorated class, or its registered name. @publicApi */
export type GraphReference = WorkflowReference;

/** A graph of any state. @publicApi */
export type BuiltGraph = WorkflowDefinition & Pick<WorkflowEngine, 'model' | 'config' | 'validate'>;

/**
 * Runs graphs: inject it wherever one is needed.
 *
 * @publicApi
 */
@Injectable()
export class GraphService {
  private readonly tasks: TaskService;
  private readonly reader: GraphReader;

  /** @internal */
  constructor(
    private readonly services: EngineServices,
    private readonly client: WorkflowClient,
    /** For graphs that were given no configuration of their own. */
    private readonly house: GraphConfig = new GraphConfig(),
  ) {
    this.tasks = new TaskService(services, client);
    this.reader = new GraphReader(services, house);
    GRAPH_HOUSE.note(services.registry, house);
  }

  /**
   * Makes a graph known by its name, in its version. For durable runs before the application has started (`onModuleInit`), because a
   * worker says at its start what it can run. @throws WorkflowDefinitionError when another one has them.
   */
  register(graph: BuiltGraph): void {
    if (!((graph as unknown) instanceof WorkflowEngine))
      throw new WorkflowDefinitionError(
        `GraphService.register() was given ${describeValue(graph)}, which is no graph. Give what WorkflowBuilder.build() answers.`,
      );
    this.services.registry.register(graph);
  }

  /** @throws WorkflowDefinitionError when nothing is registered for the reference, or something else than a graph. */
  get(reference: GraphReference): WorkflowEngine {
    return this.reader.graph(reference);
  }

  /** Draws it; with the id of an instance, with the path of that run. @throws GraphExecutionError when it ran another graph */
  async diagram(
    reference: GraphReference,
    options: { readonly format?: 'mermaid' | 'dot'; readonly workflowId?: string } = {},
  ): Promise<string> {
    refuseUnknownOptions(options, DIAGRAM, 'diagram');
    const { format, workflowId } = options;
    oneOf(format, ['mermaid', 'dot'], 'format of diagram');
    const graph = this.resolve(reference);
    const path = workflowId === undefined ? [] : await this.pathOf(workflowId, graph);
    const drawn = drawGraph(graph.parts, path);
    return format === 'dot' ? toDot(drawn) : toMermaid(drawn);
  }

  /**
   * Runs a graph until it ends, or waits for a person: then the result is `suspended` and names the node, the prompt and the task.
   * Without an id in memory, here and now; with one durably, by whichever worker claims it.
   *
   * @param input What its nodes find under `input`.
   * @throws NodeExecutionError, CycleDetectedError, GraphTimeoutError, each with what was done as its `result`
   * @throws WorkflowVersionMismatchError when the id belongs to an instance of a version that this one does not take over
   */
  async execute(
    reference: GraphReference,
    input?: unknown,
    options: GraphServiceExecuteOptions = {},
  ): Promise<GraphResult> {
    refuseUnknownOptions(options, EXECUTE, 'execute');
    const { id, config, state, signal, headers } = options;
    if (id === undefined) {
      const own = { ...(config && { config }), ...(signal && { signal }), ...(headers && { headers }) };
      return this.resolve(reference).executeWith(this.services, {
        ...own,
        state: freshState(input, valuesOf(state, 'execute')),
      });
    }
    const graph = this.get(reference);
    const ear = new InstanceEar(this.services, id, isStop);
    try {
      const own = { ...(config && { config }), ...(state && { state }), ...(headers && { headers }) };
      const { created } = await this.start(graph, input, { id, ...own }).catch(async (error: unknown) => {
        await refuseOtherVersion(this.services.store, id, graph);
        throw error;
      });
      if (created) return await this.settle(id, signal, ear);
      await refuseOtherVersion(this.services.store, id, graph);
      if ((await this.reader.find(id)).status === 'failed')
        await goOnOrAnew(this.client, id, await this.client.getJournal(id));
      return await this.settle(id, signal);
    } finally {
      ear.close();
    }
  }

  /** Starts a graph durably and answers its handle at once. @throws as `WorkflowClient.start` does */
  async start(
    reference: GraphReference,
    input?: unknown,
    options: StartOptions & Pick<GraphServiceExecuteOptions, 'config' | 'state'> = {},
  ): Promise<WorkflowHandle<GraphOutput>> {
    refuseUnknownOptions(options, START, 'start');
    const { config, state, ...others } = options;
    valuesOf(state, 'start');
    const own = config == null ? undefined : GraphConfig.of(config);
    const graph = this.get(reference);
    graph.refuseUnfit(graph.configOf(own, this.house), this.house);
    const begun = { input, ...(own && { config: own.toJSON() }), ...(state && { state }) };
    return this.client.start(graph, startWith(begun), others).catch(async (error: unknown) => {
      if (isWorkflowIdConflictError(error)) await this.refuseOtherConfig(error, graph, begun);
      throw error;
    });
  }

  /**
   * Answers a durable graph that waits, and waits until it ends or waits again. With several open questions the first is answered:
   * `TaskService` answers any. Nothing is no answer: with `null` it waits on.
   *
   * @throws WorkflowStateError when it waits for nobody; TaskStateError when another answer was first; WorkflowInputError when the answer does not pass its check
   */
  async resume(workflowId: string, answer: unknown, options: GraphAnswerOptions = {}): Promise<GraphResult> {
    refuseConfig(options);
    refuseUnknownOptions(options, ANSWER, 'resume');
    const { by, signal } = options;
    const record = await this.reader.find(workflowId);
    const [wait] = await this.services.store.findWaits({ signal: TASK_SIGNAL, workflowId, limit: 1 });
    if (wait === undefined) {
      const hint = 'It waits for nobody to answer.';
      throw new WorkflowStateError({ workflowId, status: record.status, operation: 'resume', hint });
    }
    if (answer == null) return this.result(workflowId);
    const asked = (await this.reader.read(record)).result.wait?.checkpointId;
    const task = asked ?? formatTaskId(taskPlace(workflowId, record.generation, nameOfWait(wait.wait)));
    await this.tasks.answer(task, answer, { ...(by !== undefined && { by }) });
    return this.settle(workflowId, signal);
  }

  /** How a durable run stands, by its journal. @throws WorkflowNotFoundError */
  async result(workflowId: string): Promise<GraphResult> {
    return (await this.reader.read(await this.reader.find(workflowId))).result;
  }

  /** The visits of a durable run with the state after each, in order. @throws WorkflowNotFoundError */
  async history(workflowId: string): Promise<readonly GraphVisit[]> {
    return (await this.reader.read(await this.reader.find(workflowId))).visits;
  }

  /**
   * Starts another instance that goes on from a visit of this one, or from where this one stands, with a changed state or config: what
   * came before is taken as it was, and not made again. The `history` of its state names those visits, without what each of them added.
   * Its time begins anew.
   *
   * @throws GraphExecutionError when the run never made that visit, or has ended where none is named; WorkflowNotFoundError
   */
  async fork(workflowId: string, options: GraphForkOptions = {}): Promise<WorkflowHandle<GraphOutput>> {
    refuseUnknownOptions(options, FORK, 'fork');
    const { id = newWorkflowId(this.services.clock), headers, ...others }: GraphForkOptions = { ...options };
    const record = await this.reader.find(workflowId);
    const stored = await forkOf(this.reader, record, others);
    return this.client.start(this.reader.graphOf(record), stored, { id, headers: headers ?? record.headers });
  }

  /**
   * Runs a graph in memory, and shows what happens. Leaving the stream cancels the run.
   *
   * @throws what {@link execute} throws, at the end of the stream
   */
  stream<M extends GraphStreamMode = 'updates'>(
    reference: GraphReference,
    input?: unknown,
    options: Omit<GraphServiceExecuteOptions, 'id'> & { readonly mode?: M } = {},
  ): GraphStream<M> {
    refuseUnknownOptions(options, STREAM, 'stream');
    const { mode, state, ...others } = options;
    const values = valuesOf(state, 'stream');
    const start = () => ({ ...others, state: freshState(input, values) });
    return this.resolve(reference).streamWith(this.services, mode ?? ('updates' as M), start);
  }

  /**
   * Shows a durable run, from its first visit on and as it goes on, whichever process runs it; over pauses until it has ended. One that is
   * restarted is shown from its first visit again. Leaving the stream harms nothing.
   */
  watch<M extends GraphStreamMode = 'updates'>(
    workflowId: string,
    options: { readonly mode?: M } = {},
  ): GraphStream<M> {
    refuseUnknownOptions(options, WATCH, 'watch');
    const read = async () => {
      const record = await this.reader.find(workflowId);
      return { ...(await this.reader.read(record)), generation: record.generation };
    };
    return new GraphStream(options.mode ?? ('updates' as M), (listener, signal) =>
      watchRun(this.services, workflowId, { read }, listener, signal),
    );
  }

  /** @throws WorkflowIdConflictError when the run of that id has another config, which is hard to see in its input */
  private async refuseOtherConfig(
    { workflowId }: WorkflowIdConflictError,
    { name }: WorkflowEngine,
    { config }: StoredStart,
  ): Promise<void> {
    const record = await this.services.store.find(workflowId);
    if (record?.name !== name) return;
    const { config: stored } = await this.reader.startOf(record);
    if (JSON.stringify(stored) === JSON.stringify(config)) return;
    const reason = `its run was started with ${stored === undefined ? 'no' : 'another'} config, and keeps that. Use GraphService.fork to go on from where it stands with the new one`;
    throw new WorkflowIdConflictError({ workflowId, reason });
  }

  private async pathOf(workflowId: string, graph: WorkflowEngine): Promise<GraphPath> {
    const record = await this.reader.find(workflowId);
    if (record.name === graph.name) return (await this.reader.read(record)).path;
    throw new GraphExecutionError(
      `The run "${workflowId}" is one of "${record.name}", and its path is drawn on no other graph than that.`,
    );
  }

  private resolve(reference: GraphReference): WorkflowEngine {
    return reference instanceof WorkflowEngine ? (reference as WorkflowEngine) : this.get(reference);
  }

  private async settle(workflowId: string, signal: AbortSignal | undefined, ear?: InstanceEar): Promise<GraphResult> {
    const ended = await standstill(this.services, workflowId, signal, ear);
    // What has ended stays as it is, so that both may be read at one time.
    const generation = ear?.endedGeneration;
    const journal = generation === undefined ? undefined : this.services.store.readJournal(workflowId, generation);
    const [record, entries] = await Promise.all([this.reader.find(workflowId), journal]);
    const { result } = await this.reader.read(record, { ...(record.generation === generation && { entries }) });
    if (!ended || record.status === 'completed') return result;
    try {
      await this.client.result(workflowId);
      return result;
    } catch (error) {
      throw graphErrorOf(error, result);
    }
  }
}
