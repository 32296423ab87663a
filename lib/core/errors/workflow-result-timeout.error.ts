import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowResultTimeoutError} is made of. @publicApi */
export interface WorkflowResultTimeoutErrorFacts {
  /** The instance. */
  readonly workflowId: string;
  /** How long the caller waited, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Thrown when a result was not available within the time the caller was willing to wait. The instance itself goes on.
 *
 * @publicApi
 */
export class WorkflowResultTimeoutError extends WorkflowError {
  /** The instance. */
  readonly workflowId: string;
  /** How long the caller waited, in milliseconds. */
  readonly timeoutMs: number;

  constructor(facts: WorkflowResultTimeoutErrorFacts) {
    super(
      'WORKFLOW_RESULT_TIMEOUT',
      `The workflow ${describeValue(facts.workflowId)} had no result within ${facts.timeoutMs} ms. It has not ended: wait longer, or see with getStatus what it waits for.`,
    );
    this.workflowId = facts.workflowId;
    this.timeoutMs = facts.timeoutMs;
  }

  override get name(): string {
    return 'WorkflowResultTimeoutError';
  }
}

/** Tells whether a value is a {@link WorkflowResultTimeoutError}, also when it was restored from a journal. @publicApi */
export function isWorkflowResultTimeoutError(value: unknown): value is WorkflowResultTimeoutError {
  return isWorkflowError(value, 'WORKFLOW_RESULT_TIMEOUT');
}
