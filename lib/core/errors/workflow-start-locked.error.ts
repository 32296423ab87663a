import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowStartLockedError} is made of. @publicApi */
export interface WorkflowStartLockedErrorFacts {
  /** The id both starts use. */
  readonly workflowId: string;
  /** How long this start waited, in milliseconds. */
  readonly lockTimeoutMs: number;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown when a start waited for another transaction that starts the same id and has not ended yet. Safe to try again.
 *
 * @publicApi
 */
export class WorkflowStartLockedError extends WorkflowError {
  /** The id both starts use. */
  readonly workflowId: string;
  /** How long this start waited, in milliseconds. */
  readonly lockTimeoutMs: number;

  constructor(facts: WorkflowStartLockedErrorFacts) {
    super(
      'WORKFLOW_START_LOCKED',
      `Another transaction is starting the workflow ${describeValue(facts.workflowId)} and did not end within ${facts.lockTimeoutMs} ms. Try again after it has ended.`,
      { cause: facts.cause },
    );
    this.workflowId = facts.workflowId;
    this.lockTimeoutMs = facts.lockTimeoutMs;
  }

  override get name(): string {
    return 'WorkflowStartLockedError';
  }
}

/** Tells whether a value is a {@link WorkflowStartLockedError}, also when it was restored from a journal. @publicApi */
export function isWorkflowStartLockedError(value: unknown): value is WorkflowStartLockedError {
  return isWorkflowError(value, 'WORKFLOW_START_LOCKED');
}
