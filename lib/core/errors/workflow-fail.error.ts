import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

/**
 * Thrown by `ctx.fail(message)`: the workflow ends as failed, completed steps are undone, and nothing is retried.
 *
 * @publicApi
 */
export class WorkflowFailError extends WorkflowError {
  constructor(message: string, options?: WorkflowErrorOptions) {
    super('WORKFLOW_FAIL', message, options);
  }

  override get name(): string {
    return 'WorkflowFailError';
  }
}

/** Tells whether a value is a {@link WorkflowFailError}, also when it was restored from a journal. @publicApi */
export function isWorkflowFailError(value: unknown): value is WorkflowFailError {
  return isWorkflowError(value, 'WORKFLOW_FAIL');
}
