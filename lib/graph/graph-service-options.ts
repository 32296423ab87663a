import { WorkflowOptionsError } from '../core/errors/index.js';
import { START_OPTIONS } from '../client/index.js';
import type { WorkflowHeaders } from '../core/records/index.js';
import { knownOptions, type KnownOptions } from '../core/options/index.js';
import type { GraphConfig, GraphConfigOptions } from './graph-config.js';
import type { GraphStreamMode } from './graph-stream.js';
import type { GraphUpdate } from './workflow-state.js';

/** @publicApi */
export interface GraphServiceExecuteOptions {
  /**
   * Makes the run durable. The same id again answers the same run; one that failed goes on at the node that failed, or begins anew where
   * visits were undone.
   * @default in memory
   */
  readonly id?: string;
  /** In place of the graph's own; a durable run keeps the one that it was started with. */
  readonly config?: GraphConfig | GraphConfigOptions;
  /** Values to begin with. */
  readonly state?: GraphUpdate;
  /** In memory it cancels the run; of a durable one it ends the waiting only. */
  readonly signal?: AbortSignal;
  readonly headers?: WorkflowHeaders;
}

/** @publicApi */
export interface GraphAnswerOptions {
  /** Who answers. */
  readonly by?: string;
  /** Ends the waiting only. */
  readonly signal?: AbortSignal;
}

/** @publicApi */
export interface GraphForkOptions {
  /** The visit to go on with, as {@link GraphService.history} names it: `draft#2`. It is made again. @default where the run stands */
  readonly before?: string;
  /** Changes to the state as it was then. */
  readonly state?: GraphUpdate;
  /** In place of the one that the run was started with: more visits, other limits. */
  readonly config?: GraphConfig | GraphConfigOptions;
  /** @default a new one */
  readonly id?: string;
  readonly headers?: WorkflowHeaders;
}

/** @internal */
export const EXECUTE = knownOptions<GraphServiceExecuteOptions>({
  id: true,
  config: true,
  state: true,
  signal: true,
  headers: true,
});
/** @internal */
export const START: KnownOptions = new Set([...START_OPTIONS, 'config', 'state']);
/** @internal */
export const DIAGRAM = knownOptions<{ format: string; workflowId: string }>({ format: true, workflowId: true });
/** @internal */
export const ANSWER = knownOptions<GraphAnswerOptions>({ by: true, signal: true });

/** A run that is answered goes on as it was started. @throws WorkflowOptionsError @internal */
export function refuseConfig(options: object): void {
  const { config } = options as { readonly config?: unknown };
  if (config === undefined) return;
  const expected = 'left out, because a durable run keeps the one that it was started with: fork it with another';
  throw new WorkflowOptionsError({ option: 'config of resume', value: config, expected });
}

/** @internal */
export const FORK = knownOptions<GraphForkOptions>({
  before: true,
  state: true,
  config: true,
  id: true,
  headers: true,
});
/** @internal */
export const WATCH = knownOptions<{ mode: GraphStreamMode }>({ mode: true });
/** @internal */
export const STREAM: KnownOptions = new Set([...EXECUTE, ...WATCH].filter((option) => option !== 'id'));
