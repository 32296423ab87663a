import { GraphExecutionError, isGraphExecutionError, type GraphErrorOptions } from './graph-execution.error.js';

/** A node threw, ran out of time, answered no object, or leads to a node that is not there. `cause` is its own error. @publicApi */
export class NodeExecutionError extends GraphExecutionError {
  constructor(message: string, options: GraphErrorOptions = {}) {
    super(message, options, 'STEP_FAILED');
  }

  override get name(): string {
    return 'NodeExecutionError';
  }
}

/** Tells whether a value is a {@link NodeExecutionError}, also when it was restored from a journal. @publicApi */
export function isNodeExecutionError(value: unknown): value is NodeExecutionError {
  return isGraphExecutionError(value) && value.name === 'NodeExecutionError';
}
