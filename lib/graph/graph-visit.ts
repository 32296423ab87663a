import type { GraphUpdate, GraphValues } from './workflow-state.js';

/** One visit of a run, with the state as it was after it. @publicApi */
export interface GraphVisit {
  /** `node#count`; below a sub-workflow `outer#1/inner#1`. */
  readonly visit: string;
  readonly node: string;
  readonly update: GraphUpdate;
  /** Why it failed, its last attempt; also where the failure was stored and the graph went on. */
  readonly error: string | null;
  readonly durationMs: number;
  /** The state once the visit, and those before it, had been merged; where the graph failed with one of them, as it was before all of them. */
  readonly state: GraphValues;
}
