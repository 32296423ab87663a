import { GraphExecutionError, isGraphExecutionError } from './graph-execution.error.js';

/** A graph took longer than its `totalTimeout`. @publicApi */
export class GraphTimeoutError extends GraphExecutionError {
  /** @param timeout Seconds. */
  constructor(readonly timeout: number) {
    super(`The graph did not end within its total timeout of ${timeout} s.`, {}, 'WORKFLOW_TIMEOUT');
  }

  override get name(): string {
    return 'GraphTimeoutError';
  }
}

/** Tells whether a value is a {@link GraphTimeoutError}, also when it was restored from a journal. @publicApi */
export function isGraphTimeoutError(value: unknown): value is GraphTimeoutError {
  return isGraphExecutionError(value) && value.name === 'GraphTimeoutError';
}
