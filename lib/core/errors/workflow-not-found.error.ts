import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowNotFoundError} is made of. @publicApi */
export interface WorkflowNotFoundErrorFacts {
  /** The id that was asked for. */
  readonly workflowId: string;
  /**
   * What was asked for.
   * @default 'workflow instance'
   */
  readonly what?: 'workflow instance' | 'state machine';
}

/**
 * Thrown when no workflow instance, or no state machine, has the id that was asked for.
 *
 * @publicApi
 */
export class WorkflowNotFoundError extends WorkflowError {
  /** The id that was asked for. */
  readonly workflowId: string;

  constructor(given: WorkflowNotFoundErrorFacts | string) {
    const { workflowId, what = 'workflow instance' } = typeof given === 'string' ? { workflowId: given } : given;
    super('WORKFLOW_NOT_FOUND', `There is no ${what} with the id ${describeValue(workflowId)}.`);
    this.workflowId = workflowId;
  }

  override get name(): string {
    return 'WorkflowNotFoundError';
  }
}

/** Tells whether a value is a {@link WorkflowNotFoundError}, also when it was restored from a journal. @publicApi */
export function isWorkflowNotFoundError(value: unknown): value is WorkflowNotFoundError {
  return isWorkflowError(value, 'WORKFLOW_NOT_FOUND');
}
