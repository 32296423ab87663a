import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

/**
 * Thrown when the workflow context is used where, or how, it must not be: inside a step body, after the workflow has
 * ended, or with a name that was already used in this run.
 *
 * @publicApi
 */
export class ContextUsageError extends WorkflowError {
  constructor(message: string, options?: WorkflowErrorOptions) {
    super('WORKFLOW_CONTEXT_USAGE', message, options);
  }

  override get name(): string {
    return 'ContextUsageError';
  }
}

/** Tells whether a value is a {@link ContextUsageError}, also when it was restored from a journal. @publicApi */
export function isContextUsageError(value: unknown): value is ContextUsageError {
  return isWorkflowError(value, 'WORKFLOW_CONTEXT_USAGE');
}
