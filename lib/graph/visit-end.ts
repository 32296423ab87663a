import type { GraphExecutionError } from './errors/graph-execution.error.js';
import { NodeResult, type GraphWait } from './node-result.js';
import type { GraphValues } from './workflow-state.js';

/** A visit that failed for good. @internal */
export class Failed {
  constructor(
    readonly result: NodeResult,
    readonly error: GraphExecutionError,
  ) {}
}

/** A visit that waits for a person who cannot be waited for here. @internal */
export class Paused {
  constructor(
    readonly wait: GraphWait | undefined,
    /** Where the graph within the node stands. */
    readonly inner?: GraphValues,
  ) {}
}

/** What was asked for is not on record: a visit that is under way, or that was never made. @internal */
export class Unrecorded {
  constructor(readonly wait?: GraphWait) {}
}

/** How a visit ended. @internal */
export type VisitEnd = NodeResult | Failed | Paused;

/** A visit that was begun: it stays so where the run is stopped. @internal */
export const UNDER_WAY = 'under way';

/** How a node of the frontier stands; `undefined` before its visit. @internal */
export type VisitStanding = VisitEnd | typeof UNDER_WAY | undefined;

/** The visits of a frontier that have ended, also those that failed. @internal */
export function madeOf(ended: readonly VisitStanding[]): NodeResult[] {
  return ended.flatMap((each) => (each instanceof NodeResult ? [each] : each instanceof Failed ? [each.result] : []));
}
