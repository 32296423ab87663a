import { GraphExecutionError } from './graph-execution.error.js';

/** A graph wanted to make more visits than `maxIterations` allows. @publicApi */
export class CycleDetectedError extends GraphExecutionError {
  /**
   * @param iterations Visits that were made.
   * @param options.node The node that would have been visited next.
   */
  constructor(
    readonly iterations: number,
    options: { readonly node?: string | null } = {},
  ) {
    const next = options.node == null ? '' : ` before "${options.node}"`;
    super(
      `The graph stopped after ${iterations} visits${next}, which is as many as it may make: it probably goes round in a circle. Let an edge lead out of it, or raise maxIterations.`,
      options,
    );
  }

  override get name(): string {
    return 'CycleDetectedError';
  }
}
