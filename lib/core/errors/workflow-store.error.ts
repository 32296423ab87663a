import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowStoreError} is made of beside its message. @publicApi */
export interface WorkflowStoreErrorFacts {
  /**
   * Whether the same operation may succeed when it is tried again.
   * @default true
   */
  readonly retryable?: boolean;
  /** The error of the driver. */
  readonly cause?: unknown;
}

/**
 * Thrown when the store cannot be reached, or refuses an operation.
 *
 * @publicApi
 */
export class WorkflowStoreError extends WorkflowError {
  /** Whether the same operation may succeed when it is tried again. */
  readonly retryable: boolean;

  constructor(message: string, facts: WorkflowStoreErrorFacts = {}) {
    super('WORKFLOW_STORE', message, { cause: facts.cause });
    this.retryable = facts.retryable ?? true;
  }

  override get name(): string {
    return 'WorkflowStoreError';
  }
}

/** Tells whether a value is a {@link WorkflowStoreError}, also when it was restored from a journal. @publicApi */
export function isWorkflowStoreError(value: unknown): value is WorkflowStoreError {
  return isWorkflowError(value, 'WORKFLOW_STORE');
}
