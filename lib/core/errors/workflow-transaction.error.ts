import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

/**
 * Thrown when a transaction is passed, or left out, in a way that would break atomicity: a root entity manager where a
 * transactional one is needed, or a client call inside `ctx.transaction` without its manager.
 *
 * @publicApi
 */
export class WorkflowTransactionError extends WorkflowError {
  constructor(message: string, options?: WorkflowErrorOptions) {
    super('WORKFLOW_TRANSACTION', message, options);
  }

  override get name(): string {
    return 'WorkflowTransactionError';
  }
}

/** Tells whether a value is a {@link WorkflowTransactionError}, also when it was restored from a journal. @publicApi */
export function isWorkflowTransactionError(value: unknown): value is WorkflowTransactionError {
  return isWorkflowError(value, 'WORKFLOW_TRANSACTION');
}
