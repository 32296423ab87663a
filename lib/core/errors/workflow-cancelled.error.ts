import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowCancelledError} is made of. @publicApi */
export interface WorkflowCancelledErrorFacts {
  /** The instance, where it is known. */
  readonly workflowId?: string;
  /** What the canceller gave as reason. */
  readonly reason?: string;
}

/**
 * Thrown to whoever awaits the result of a cancelled instance, and the reason of the abort signals inside it.
 *
 * @publicApi
 */
export class WorkflowCancelledError extends WorkflowError {
  /** The instance, where it is known. */
  declare readonly workflowId?: string;
  /** What the canceller gave as reason. */
  declare readonly reason?: string;

  constructor(facts: WorkflowCancelledErrorFacts = {}) {
    super(
      'WORKFLOW_CANCELLED',
      `The workflow${facts.workflowId === undefined ? '' : ` ${describeValue(facts.workflowId)}`} was cancelled` +
        (facts.reason === undefined ? '.' : `: ${facts.reason}`),
    );
    if (facts.workflowId !== undefined) this.workflowId = facts.workflowId;
    if (facts.reason !== undefined) this.reason = facts.reason;
  }

  override get name(): string {
    return 'WorkflowCancelledError';
  }
}

/** Tells whether a value is a {@link WorkflowCancelledError}, also when it was restored from a journal. @publicApi */
export function isWorkflowCancelledError(value: unknown): value is WorkflowCancelledError {
  return isWorkflowError(value, 'WORKFLOW_CANCELLED');
}
