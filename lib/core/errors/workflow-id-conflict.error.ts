import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowIdConflictError} is made of. @publicApi */
export interface WorkflowIdConflictErrorFacts {
  /** The id in conflict. */
  readonly workflowId: string;
  /** How the two starts differ, as part of a sentence: `its input differs`. */
  readonly reason: string;
}

/**
 * Thrown when a start uses the id of an existing instance but differs from it. The same start again is no conflict: it
 * returns the existing instance.
 *
 * @publicApi
 */
export class WorkflowIdConflictError extends WorkflowError {
  /** The id in conflict. */
  readonly workflowId: string;
  /** How the two starts differ, as part of a sentence: `its input differs`. */
  readonly reason: string;

  constructor(facts: WorkflowIdConflictErrorFacts) {
    super(
      'WORKFLOW_ID_CONFLICT',
      `The workflow id ${describeValue(facts.workflowId)} is already in use: ${facts.reason}. Start with another id, or with the same workflow and input.`,
    );
    this.workflowId = facts.workflowId;
    this.reason = facts.reason;
  }

  override get name(): string {
    return 'WorkflowIdConflictError';
  }
}

/** Tells whether a value is a {@link WorkflowIdConflictError}, also when it was restored from a journal. @publicApi */
export function isWorkflowIdConflictError(value: unknown): value is WorkflowIdConflictError {
  return isWorkflowError(value, 'WORKFLOW_ID_CONFLICT');
}
