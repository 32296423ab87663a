import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowTerminatedError} is made of. @publicApi */
export interface WorkflowTerminatedErrorFacts {
  /** The instance, where it is known. */
  readonly workflowId?: string;
  /** What the caller gave as reason. */
  readonly reason?: string;
}

/**
 * Thrown to whoever awaits the result of a terminated instance. Nothing was undone.
 *
 * @publicApi
 */
export class WorkflowTerminatedError extends WorkflowError {
  /** The instance, where it is known. */
  declare readonly workflowId?: string;
  /** What the caller gave as reason. */
  declare readonly reason?: string;

  constructor(facts: WorkflowTerminatedErrorFacts = {}) {
    super(
      'WORKFLOW_TERMINATED',
      `The workflow${facts.workflowId === undefined ? '' : ` ${describeValue(facts.workflowId)}`} was terminated` +
        (facts.reason === undefined ? '.' : `: ${facts.reason}`),
    );
    if (facts.workflowId !== undefined) this.workflowId = facts.workflowId;
    if (facts.reason !== undefined) this.reason = facts.reason;
  }

  override get name(): string {
    return 'WorkflowTerminatedError';
  }
}

/** Tells whether a value is a {@link WorkflowTerminatedError}, also when it was restored from a journal. @publicApi */
export function isWorkflowTerminatedError(value: unknown): value is WorkflowTerminatedError {
  return isWorkflowError(value, 'WORKFLOW_TERMINATED');
}
