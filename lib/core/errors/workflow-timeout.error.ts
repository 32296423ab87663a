import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowTimeoutError} is made of. @publicApi */
export interface WorkflowTimeoutErrorFacts {
  /** The instance. */
  readonly workflowId: string;
  /** The timeout it was started with, in milliseconds, counted from its start. */
  readonly timeoutMs: number;
}

/**
 * The error of an instance that did not end within its own timeout. Completed steps are undone.
 *
 * @publicApi
 */
export class WorkflowTimeoutError extends WorkflowError {
  /** The instance. */
  readonly workflowId: string;
  /** The timeout it was started with, in milliseconds, counted from its start. */
  readonly timeoutMs: number;

  constructor(facts: WorkflowTimeoutErrorFacts) {
    super(
      'WORKFLOW_TIMEOUT',
      `The workflow ${describeValue(facts.workflowId)} did not end within its timeout of ${facts.timeoutMs} ms.`,
    );
    this.workflowId = facts.workflowId;
    this.timeoutMs = facts.timeoutMs;
  }

  override get name(): string {
    return 'WorkflowTimeoutError';
  }
}

/** Tells whether a value is a {@link WorkflowTimeoutError}, also when it was restored from a journal. @publicApi */
export function isWorkflowTimeoutError(value: unknown): value is WorkflowTimeoutError {
  return isWorkflowError(value, 'WORKFLOW_TIMEOUT');
}
