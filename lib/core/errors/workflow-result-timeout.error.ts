import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowResultTimeoutError} is made of. @publicApi */
export interface WorkflowResultTimeoutErrorFacts {
  /** The instance. */
  readonly workflowId: string;
  /** How long the caller waited, in milliseconds. */
  readonly timeoutMs: number;
  /** What of it was waited for. @default 'result' */
  readonly awaited?: 'result' | 'state';
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
    const { workflowId, timeoutMs, awaited = 'result' } = facts;
    super(
      'WORKFLOW_RESULT_TIMEOUT',
      awaited === 'result'
        ? `The workflow ${describeValue(workflowId)} had no result within ${timeoutMs} ms. It has not ended: wait longer, or see with getStatus what it waits for.`
        : `The state machine ${describeValue(workflowId)} did not come to be as it was waited for within ${timeoutMs} ms. Wait longer, or see with snapshot() how it stands and with history() how it came there.`,
    );
    this.workflowId = workflowId;
    this.timeoutMs = timeoutMs;
  }

  override get name(): string {
    return 'WorkflowResultTimeoutError';
  }
}

/** Tells whether a value is a {@link WorkflowResultTimeoutError}, also when it was restored from a journal. @publicApi */
export function isWorkflowResultTimeoutError(value: unknown): value is WorkflowResultTimeoutError {
  return isWorkflowError(value, 'WORKFLOW_RESULT_TIMEOUT');
}
