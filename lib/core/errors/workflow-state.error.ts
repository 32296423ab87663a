import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

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
  /** The instance, where it is known, as the rest is. */
  declare readonly workflowId?: string;
  /** The status it has. */
  declare readonly status?: string;
  /** What was attempted, as a verb: `signal`, `retry`, `cancel`. */
  declare readonly operation?: string;
  /** What to do instead, as a full sentence. */
  declare readonly hint?: string;

  constructor(facts: WorkflowStateErrorFacts);
  /** @param message Of an error of your own. */
  constructor(message?: string, options?: WorkflowErrorOptions);
  constructor(given: WorkflowStateErrorFacts | string = 'Workflow state error', options?: WorkflowErrorOptions) {
    super('WORKFLOW_STATE', typeof given === 'string' ? given : messageOf(given), options);
    if (typeof given === 'string') return;
    this.workflowId = given.workflowId;
    this.status = given.status;
    this.operation = given.operation;
    if (given.hint !== undefined) this.hint = given.hint;
  }

  override get name(): string {
    return 'WorkflowStateError';
  }
}

function messageOf({ workflowId, status, operation, hint }: WorkflowStateErrorFacts): string {
  const more = hint === undefined ? '' : ` ${hint}`;
  return `Cannot ${operation} the workflow ${describeValue(workflowId)} because it is ${status}.${more}`;
}

/** Tells whether a value is a {@link WorkflowStateError}, also when it was restored from a journal. @publicApi */
export function isWorkflowStateError(value: unknown): value is WorkflowStateError {
  return isWorkflowError(value, 'WORKFLOW_STATE');
}
