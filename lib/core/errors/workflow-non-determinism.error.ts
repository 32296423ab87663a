import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowNonDeterminismError} is made of. @publicApi */
export interface WorkflowNonDeterminismErrorFacts {
  /** The instance whose journal does not match. */
  readonly workflowId: string;
  /** What the journal holds. */
  readonly recorded: string;
  /** What the code asked for. */
  readonly asked: string;
}

/**
 * Thrown when the code of a workflow no longer matches what its journal recorded. No effect has run and nothing is
 * compensated: the instance waits for a build that matches.
 *
 * @publicApi
 */
export class WorkflowNonDeterminismError extends WorkflowError {
  /** The instance whose journal does not match. */
  readonly workflowId: string;
  /** What the journal holds. */
  readonly recorded: string;
  /** What the code asked for. */
  readonly asked: string;

  constructor(facts: WorkflowNonDeterminismErrorFacts) {
    super(
      'WORKFLOW_NON_DETERMINISM',
      `The code of workflow "${facts.workflowId}" does not match its journal: recorded was ${facts.recorded}, asked for was ${facts.asked}. ` +
        'Restore the earlier code, register the change as a new version, or guard it with ctx.patched(id).',
    );
    this.workflowId = facts.workflowId;
    this.recorded = facts.recorded;
    this.asked = facts.asked;
  }

  override get name(): string {
    return 'WorkflowNonDeterminismError';
  }
}

/** Tells whether a value is a {@link WorkflowNonDeterminismError}, also when it was restored from a journal. @publicApi */
export function isWorkflowNonDeterminismError(value: unknown): value is WorkflowNonDeterminismError {
  return isWorkflowError(value, 'WORKFLOW_NON_DETERMINISM');
}
