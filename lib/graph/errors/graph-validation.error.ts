import { GraphExecutionError, isGraphExecutionError, type GraphErrorOptions } from './graph-execution.error.js';

/** A graph is not put together rightly: no entry, no end, an edge from or to nowhere. @publicApi */
export class GraphValidationError extends GraphExecutionError {
  constructor(message: string, options: GraphErrorOptions = {}) {
    super(message, options, 'WORKFLOW_DEFINITION');
  }

  override get name(): string {
    return 'GraphValidationError';
  }
}

/** Tells whether a value is a {@link GraphValidationError}, also when it was restored from a journal. @publicApi */
export function isGraphValidationError(value: unknown): value is GraphValidationError {
  return isGraphExecutionError(value) && value.name === 'GraphValidationError';
}
