import { isCompensationFailedError, isWorkflowError } from '../errors/index.js';

/** How a run without a journal has ended that did not complete, by what it was ended with. @internal */
export function statusOfFailure(error: unknown): 'failed' | 'cancelled' | 'compensation_failed' {
  if (isCompensationFailedError(error)) return 'compensation_failed';
  return isWorkflowError(error, 'WORKFLOW_CANCELLED') ? 'cancelled' : 'failed';
}
