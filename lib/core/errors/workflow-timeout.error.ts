import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

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
  /** The instance, where it is known. */
  declare readonly workflowId?: string;
  /** The timeout it was started with, in milliseconds, counted from its start; where it is known. */
  declare readonly timeoutMs?: number;

  constructor(facts: WorkflowTimeoutErrorFacts);
  /** @param message Of an error of your own. */
  constructor(message?: string, options?: WorkflowErrorOptions);
  constructor(given: WorkflowTimeoutErrorFacts | string = 'Workflow timed out', options?: WorkflowErrorOptions) {
    super('WORKFLOW_TIMEOUT', typeof given === 'string' ? given : messageOf(given), options);
    if (typeof given === 'string') return;
    this.workflowId = given.workflowId;
    this.timeoutMs = given.timeoutMs;
  }

  override get name(): string {
    return 'WorkflowTimeoutError';
  }
}

function messageOf({ workflowId, timeoutMs }: WorkflowTimeoutErrorFacts): string {
  return `The workflow ${describeValue(workflowId)} did not end within its timeout of ${timeoutMs} ms.`;
}

/** Tells whether a value is a {@link WorkflowTimeoutError}, also when it was restored from a journal. @publicApi */
export function isWorkflowTimeoutError(value: unknown): value is WorkflowTimeoutError {
  return isWorkflowError(value, 'WORKFLOW_TIMEOUT');
}
