import { becauseOf } from './because-of.js';
import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowFailedError} is made of. @publicApi */
export interface WorkflowFailedErrorFacts {
  /** The instance. */
  readonly workflowId: string;
  /** The status it ended with: `failed` or `compensation_failed`. */
  readonly status: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown to whoever awaits the result of an instance that ended without one. `cause` is the error it ended with.
 *
 * @publicApi
 */
export class WorkflowFailedError extends WorkflowError {
  /** The instance. */
  readonly workflowId: string;
  /** The status it ended with: `failed` or `compensation_failed`. */
  readonly status: string;

  constructor(facts: WorkflowFailedErrorFacts) {
    super(
      'WORKFLOW_FAILED',
      `The workflow ${describeValue(facts.workflowId)} ended as ${facts.status}${becauseOf(facts.cause)}`,
      { cause: facts.cause },
    );
    this.workflowId = facts.workflowId;
    this.status = facts.status;
  }

  override get name(): string {
    return 'WorkflowFailedError';
  }
}

/** Tells whether a value is a {@link WorkflowFailedError}, also when it was restored from a journal. @publicApi */
export function isWorkflowFailedError(value: unknown): value is WorkflowFailedError {
  return isWorkflowError(value, 'WORKFLOW_FAILED');
}
