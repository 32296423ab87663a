import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowPayloadError} is made of. @publicApi */
export interface WorkflowPayloadErrorFacts {
  /** Where the value stands: `result.items[3].price`. */
  readonly path: string;
  /** Why it is refused, as a full sentence without the path. */
  readonly reason: string;
  /**
   * What was attempted with the value.
   * @default 'store'
   */
  readonly operation?: 'store' | 'read';
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown when a value cannot be stored without being changed or lost, or cannot be read back.
 *
 * @publicApi
 */
export class WorkflowPayloadError extends WorkflowError {
  /** Where the value stands: `result.items[3].price`. */
  readonly path: string;
  /** Why it is refused, as a full sentence without the path. */
  readonly reason: string;

  constructor(facts: WorkflowPayloadErrorFacts) {
    super(
      'WORKFLOW_PAYLOAD',
      `${facts.path} cannot be ${facts.operation === 'read' ? 'read' : 'stored'}: ${facts.reason}`,
      {
        cause: facts.cause,
      },
    );
    this.path = facts.path;
    this.reason = facts.reason;
  }

  override get name(): string {
    return 'WorkflowPayloadError';
  }
}

/** Tells whether a value is a {@link WorkflowPayloadError}, also when it was restored from a journal. @publicApi */
export function isWorkflowPayloadError(value: unknown): value is WorkflowPayloadError {
  return isWorkflowError(value, 'WORKFLOW_PAYLOAD');
}
