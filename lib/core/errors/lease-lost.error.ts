import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link LeaseLostError} is made of. @publicApi */
export interface LeaseLostErrorFacts {
  /** The instance. */
  readonly workflowId: string;
}

/**
 * The reason of the abort signals of an instance that another worker has taken over. What this worker still does with it
 * is dropped.
 *
 * @publicApi
 */
export class LeaseLostError extends WorkflowError {
  /** The instance. */
  readonly workflowId: string;

  constructor(facts: LeaseLostErrorFacts) {
    super(
      'WORKFLOW_LEASE_LOST',
      `Another worker took over the workflow ${describeValue(facts.workflowId)}; what this worker still does for it is dropped.`,
    );
    this.workflowId = facts.workflowId;
  }

  override get name(): string {
    return 'LeaseLostError';
  }
}

/** Tells whether a value is a {@link LeaseLostError}, also when it was restored from a journal. @publicApi */
export function isLeaseLostError(value: unknown): value is LeaseLostError {
  return isWorkflowError(value, 'WORKFLOW_LEASE_LOST');
}
