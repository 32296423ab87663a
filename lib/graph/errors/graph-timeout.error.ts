import { GraphExecutionError, isGraphExecutionError } from './graph-execution.error.js';

/** A graph took longer than its `totalTimeout`. @publicApi */
export class GraphTimeoutError extends GraphExecutionError {
  /**
   * @param timeout Seconds.
   * @param options.node The node that was under way, or would have been visited next.
   */
  constructor(
    readonly timeout: number,
    options: { readonly node?: string | null } = {},
  ) {
    const place = options.node == null ? '' : ` It had come to "${options.node}".`;
    super(`The graph did not end within its total timeout of ${timeout} s.${place}`, options, 'WORKFLOW_TIMEOUT');
  }

  override get name(): string {
    return 'GraphTimeoutError';
  }
}

/** Tells whether a value is a {@link GraphTimeoutError}, also when it was restored from a journal. @publicApi */
export function isGraphTimeoutError(value: unknown): value is GraphTimeoutError {
  return isGraphExecutionError(value) && value.name === 'GraphTimeoutError';
}
