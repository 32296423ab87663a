import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowStateError} is made of. @publicApi */
export interface WorkflowStateErrorFacts {
  /** The instance. */
  readonly workflowId: string;
  /** The status it has. */
  readonly status: string;
  /** What was attempted, as a verb: `signal`, `retry`, `cancel`. */
  readonly operation: string;
  /** What to do instead, as a full sentence. */
  readonly hint?: string;
}

/**
 * Thrown when an operation is not possible in the status the instance has, such as a signal to an instance that has ended.
 *
 * @publicApi
 */
export class WorkflowStateError extends WorkflowError {
  /** The instance. */
  readonly workflowId: string;
  /** The status it has. */
  readonly status: string;
  /** What was attempted, as a verb: `signal`, `retry`, `cancel`. */
  readonly operation: string;
  /** What to do instead, as a full sentence. */
  declare readonly hint?: string;

  constructor(facts: WorkflowStateErrorFacts) {
    super(
      'WORKFLOW_STATE',
      `Cannot ${facts.operation} the workflow ${describeValue(facts.workflowId)} because it is ${facts.status}.` +
        (facts.hint === undefined ? '' : ` ${facts.hint}`),
    );
    this.workflowId = facts.workflowId;
    this.status = facts.status;
    this.operation = facts.operation;
    if (facts.hint !== undefined) this.hint = facts.hint;
  }

  override get name(): string {
    return 'WorkflowStateError';
  }
}

/** Tells whether a value is a {@link WorkflowStateError}, also when it was restored from a journal. @publicApi */
export function isWorkflowStateError(value: unknown): value is WorkflowStateError {
  return isWorkflowError(value, 'WORKFLOW_STATE');
}
