import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

/**
 * Throw this from a step to fail it at once, whatever its retry policy says.
 *
 * @example
 * throw new NonRetryableStepError(`The card of order ${order.id} was declined.`);
 *
 * @publicApi
 */
export class NonRetryableStepError extends WorkflowError {
  constructor(message: string, options?: WorkflowErrorOptions) {
    super('STEP_NON_RETRYABLE', message, options);
  }

  override get name(): string {
    return 'NonRetryableStepError';
  }
}

/** Tells whether a value is a {@link NonRetryableStepError}, also when it was restored from a journal. @publicApi */
export function isNonRetryableStepError(value: unknown): value is NonRetryableStepError {
  return isWorkflowError(value, 'STEP_NON_RETRYABLE');
}
