import { knownOptions } from '../core/options/index.js';
import type { WorkflowHeaders } from '../core/records/index.js';
import type { GraphConfig, GraphConfigOptions } from './graph-config.js';
import type { GraphStreamMode } from './graph-stream.js';
import type { GraphUpdate, StateReducer } from './workflow-state.js';

/** A record, or a map. @publicApi */
export type Named<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T>;

/** @publicApi */
export interface WorkflowEngineOptions {
  readonly config?: GraphConfig | GraphConfigOptions | null;
  /** A positive integer. @default 1 */
  readonly version?: number;
  /** How what a node adds under a key is merged with what is there. @default it takes its place */
  readonly reducers?: Named<StateReducer>;
  /** The class that was decorated. @internal */
  readonly target?: object;
  /** Versions whose stored instances this one may go on with. @default none but its own */
  readonly isCompatibleWith?: (version: number) => boolean;
}

/** @publicApi */
export interface GraphExecuteOptions {
  /** In place of the graph's own. */
  readonly config?: GraphConfig | GraphConfigOptions | null;
  /** Values to begin with. */
  readonly state?: GraphUpdate | null;
  /** Cancels the run: what completed is undone. */
  readonly signal?: AbortSignal;
  readonly headers?: WorkflowHeaders;
}

/** @publicApi */
export type GraphResumeOptions = Omit<GraphExecuteOptions, 'state'>;

const RESUME_OPTIONS = { config: true, signal: true, headers: true } as const;
/** @internal */
export const RESUME = knownOptions<GraphResumeOptions>(RESUME_OPTIONS);
/** @internal */
export const EXECUTE = knownOptions<GraphExecuteOptions>({ ...RESUME_OPTIONS, state: true });
/** @internal */
export const STREAM = knownOptions<GraphExecuteOptions & { mode: GraphStreamMode }>({
  ...{ ...RESUME_OPTIONS, state: true, mode: true },
});
