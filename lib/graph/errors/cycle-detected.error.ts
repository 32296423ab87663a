import { GraphExecutionError, isGraphExecutionError } from './graph-execution.error.js';

/** A graph wanted to go on after it had made as many visits as `maxIterations` allows. @publicApi */
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
      `The graph stopped after ${iterations === 1 ? '1 visit' : `${iterations} visits`}${next}, because it may make no more: it probably goes round in a circle. Let an edge lead out of it, or raise maxIterations in its config: of the call, the graph, or the module.`,
      options,
    );
  }

  override get name(): string {
    return 'CycleDetectedError';
  }
}

/** Tells whether a value is a {@link CycleDetectedError}, also when it was restored from a journal. @publicApi */
export function isCycleDetectedError(value: unknown): value is CycleDetectedError {
  return isGraphExecutionError(value) && value.name === 'CycleDetectedError';
}
