import type { WorkflowErrorCode } from './error-codes.js';
import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

/**
 * A state machine cannot do what was asked of it: its state does not take the trigger, its definition is wrong, or somebody else was first
 * (`StateConcurrencyError`).
 *
 * @publicApi
 */
export class StateError extends WorkflowError {
  constructor(
    message = 'State machine error',
    options?: WorkflowErrorOptions,
    code: WorkflowErrorCode = 'WORKFLOW_STATE_MACHINE',
  ) {
    super(code, message, options);
  }

  override get name(): string {
    return 'StateError';
  }
}

/** Tells whether a value is a {@link StateError}, also when it was restored from a journal. @publicApi */
export function isStateError(value: unknown): value is StateError {
  return isWorkflowError(value, 'WORKFLOW_STATE_MACHINE') || isWorkflowError(value, 'WORKFLOW_STATE_CONCURRENCY');
}
