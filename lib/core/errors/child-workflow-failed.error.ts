import { becauseOf } from './because-of.js';
import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link ChildWorkflowFailedError} is made of. @publicApi */
export interface ChildWorkflowFailedErrorFacts {
  /** The id of the child instance. */
  readonly childId: string;
  /** The name of the child's definition. */
  readonly workflowName: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown inside a parent workflow when a child did not complete. `cause` is the error the child ended with.
 *
 * @publicApi
 */
export class ChildWorkflowFailedError extends WorkflowError {
  /** The id of the child instance. */
  readonly childId: string;
  /** The name of the child's definition. */
  readonly workflowName: string;

  constructor(facts: ChildWorkflowFailedErrorFacts) {
    super(
      'CHILD_WORKFLOW_FAILED',
      `The child workflow ${describeValue(facts.childId)} (${facts.workflowName}) did not complete${becauseOf(facts.cause)}`,
      { cause: facts.cause },
    );
    this.childId = facts.childId;
    this.workflowName = facts.workflowName;
  }

  override get name(): string {
    return 'ChildWorkflowFailedError';
  }
}

/** Tells whether a value is a {@link ChildWorkflowFailedError}, also when it was restored from a journal. @publicApi */
export function isChildWorkflowFailedError(value: unknown): value is ChildWorkflowFailedError {
  return isWorkflowError(value, 'CHILD_WORKFLOW_FAILED');
}
