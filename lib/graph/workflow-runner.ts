import { knownOptions, refuseUnknownOptions, requireMethods, wholeNumber } from '../core/options/index.js';
import { delay, parseSeconds, systemClock, type Clock } from '../core/time/index.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
import { HumanInputRequiredError } from './errors/human-input-required.error.js';
import { GraphConfig, type GraphConfigOptions } from './graph-config.js';
import type { GraphResult } from './graph-result.js';
import type { WorkflowEngine } from './graph.definition.js';
import { requireState } from './graph.position.js';
import { HUMAN_RESPONSE } from './nodes/human-node.js';
import type { WorkflowCheckpoint } from './workflow-checkpoint.js';
import { WorkflowState, type GraphUpdate, type GraphValues } from './workflow-state.js';

/** @publicApi */
export interface WorkflowRunnerOptions {
  /** Attempts after the first. @default 0 */
  readonly maxRetries?: number;
  /** Between two attempts: seconds, or a text. @default 1 */
  readonly retryDelay?: number | string;
  /**
   * Keeps the states of graphs that pause, under the name of the node that waits: of two runs that wait at one node the later one is kept.
   * Give runs that are under way at one time a checkpoint each, or run them durably.
   */
  readonly checkpoint?: WorkflowCheckpoint | null;
  /** @default the system's */
  readonly clock?: Clock;
}

/** @publicApi */
export interface RunOptions {
  /** Values to begin with. */
  readonly state?: GraphUpdate | null;
  /** In place of the graph's own. */
  readonly config?: GraphConfig | GraphConfigOptions | null;
}

/** @publicApi */
export interface ResumeOptions {
  /** The state at the pause: a result's `finalState`, or what the checkpoint has. */
  readonly state: GraphUpdate;
  /** @default 'human_response' */
  readonly responseKey?: string;
  /** In place of the graph's own. */
  readonly config?: GraphConfig | GraphConfigOptions | null;
}

const RUNNER = knownOptions<WorkflowRunnerOptions>({
  maxRetries: true,
  retryDelay: true,
  checkpoint: true,
  clock: true,
});
const RUN = knownOptions<RunOptions>({ state: true, config: true });
const RESUME = knownOptions<ResumeOptions>({ state: true, responseKey: true, config: true });

/**
 * Runs a graph in memory, again when it fails: from its beginning, or where `checkpointEnabled` is set from the node that failed.
 *
 * @publicApi
 */
export class WorkflowRunner<S extends object = GraphValues> {
  readonly maxRetries: number;
  readonly checkpoint: WorkflowCheckpoint | undefined;
  private readonly checkpointEnabled: boolean;
  private readonly retryDelayMs: number;
  private readonly clock: Clock;

  constructor(
    readonly engine: WorkflowEngine<S>,
    options: WorkflowRunnerOptions = {},
  ) {
    refuseUnknownOptions(options, RUNNER, 'WorkflowRunner');
    const graph = (engine as WorkflowEngine<S> | undefined) ?? {};
    requireMethods(graph, ['execute'], 'engine of WorkflowRunner', 'execute(), such as a built graph');
    this.maxRetries = wholeNumber(options.maxRetries, 0, 'maxRetries of WorkflowRunner', 0);
    this.retryDelayMs = parseSeconds(options.retryDelay ?? 1, 'retryDelay of WorkflowRunner');
    const { checkpoint } = options;
    this.checkpoint =
      requireMethods(checkpoint, ['save'], 'checkpoint of WorkflowRunner', 'save(), such as a WorkflowCheckpoint') ??
      undefined;
    // Anything that executes may be run, also what has no configuration.
    this.checkpointEnabled = (engine as Partial<WorkflowEngine>).config?.checkpointEnabled ?? false;
    this.clock = options.clock ?? systemClock;
  }

  /** @throws GraphExecutionError of the last attempt. A pause is no failure: its result is `suspended`. */
  async run(input: unknown, options: RunOptions = {}): Promise<GraphResult<S>> {
    refuseUnknownOptions(options, RUN, 'run of WorkflowRunner');
    const { state = null, config } = options;
    const given = givenConfig(config);
    return this.attempt(() => this.engine.execute(input, { state, ...given }), given);
  }

  /** Answers a graph that waits, and goes on at the node that asked. A `WorkflowState` has the answer afterwards. */
  async resume(humanResponse: unknown, options: ResumeOptions): Promise<GraphResult<S>> {
    refuseUnknownOptions(options, RESUME, 'resume of WorkflowRunner');
    const { state, responseKey = HUMAN_RESPONSE, config }: ResumeOptions = { ...options };
    const given = givenConfig(config);
    requireState(state, 'state of resume of WorkflowRunner');
    if (state instanceof WorkflowState) state.merge({ [responseKey]: humanResponse });
    const answered = { ...state, [responseKey]: humanResponse };
    return this.attempt(() => this.engine.resume(answered, humanResponse, given), given);
  }

  private async attempt(first: () => Promise<GraphResult<S>>, given: GivenConfig): Promise<GraphResult<S>> {
    const checkpointEnabled = given.config?.checkpointEnabled ?? this.checkpointEnabled;
    let execute = first;
    for (let retries = 0; ; retries++) {
      try {
        return this.kept(await execute());
      } catch (error) {
        // Who has to answer first answers no sooner when asked again.
        const isFinal = !(error instanceof GraphExecutionError) || error instanceof HumanInputRequiredError;
        if (isFinal || retries >= this.maxRetries) throw error;
        const { result } = error;
        if (checkpointEnabled && result !== undefined)
          execute = () => this.engine.resume(result.finalState, undefined, given);
      }
      await delay(this.clock, this.retryDelayMs);
    }
  }

  private kept(result: GraphResult<S>): GraphResult<S> {
    if (result.wait !== undefined) this.checkpoint?.save(result.wait.checkpointId, result.finalState);
    return result;
  }
}

interface GivenConfig {
  readonly config?: GraphConfig;
}

function givenConfig(config: RunOptions['config']): GivenConfig {
  return config == null ? {} : { config: GraphConfig.of(config) };
}
