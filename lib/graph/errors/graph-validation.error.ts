import { GraphExecutionError, type GraphErrorOptions } from './graph-execution.error.js';

/** A graph is not put together rightly: no entry, no end, an edge from or to nowhere. @publicApi */
export class GraphValidationError extends GraphExecutionError {
  constructor(message: string, options: GraphErrorOptions = {}) {
    super(message, options, 'WORKFLOW_DEFINITION');
  }

  override get name(): string {
    return 'GraphValidationError';
  }
}
