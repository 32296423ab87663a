import { START_OPTIONS } from '../client/index.js';
import type { WorkflowHeaders } from '../core/records/index.js';
import { knownOptions, type KnownOptions } from '../core/options/index.js';
import type { GraphConfig, GraphConfigOptions } from './graph-config.js';
import type { GraphStreamMode } from './graph-stream.js';
import type { GraphUpdate } from './workflow-state.js';

/** @publicApi */
export interface GraphServiceExecuteOptions {
  /** Makes the run durable. The same id again answers the same run; one that failed goes on at the node that failed. @default in memory */
  readonly id?: string;
  /** In place of the graph's own. */
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
  /** The visit to go on with, as {@link GraphService.history} names it: `draft#2`. It is made again. */
  readonly before: string;
  /** Changes to the state as it was then. */
  readonly state?: GraphUpdate;
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
/** @internal */
export const FORK = knownOptions<GraphForkOptions>({ before: true, state: true, id: true, headers: true });
/** @internal */
export const WATCH = knownOptions<{ mode: GraphStreamMode }>({ mode: true });
/** @internal */
export const STREAM: KnownOptions = new Set([...EXECUTE, ...WATCH].filter((option) => option !== 'id'));
