import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowPayloadLimitError} is made of. @publicApi */
export interface WorkflowPayloadLimitErrorFacts {
  /** What the value is: `the result of step "load"`. */
  readonly place: string;
  /** Its size in bytes of UTF-8. */
  readonly bytes: number;
  /** The configured limit in bytes. */
  readonly limitBytes: number;
}

/**
 * Thrown when a value is larger than a stored payload may be.
 *
 * @publicApi
 */
export class WorkflowPayloadLimitError extends WorkflowError {
  /** What the value is: `the result of step "load"`. */
  readonly place: string;
  /** Its size in bytes of UTF-8. */
  readonly bytes: number;
  /** The configured limit in bytes. */
  readonly limitBytes: number;

  constructor(facts: WorkflowPayloadLimitErrorFacts) {
    super(
      'WORKFLOW_PAYLOAD_LIMIT',
      `${facts.place} has ${facts.bytes} bytes, and the limit for a stored payload is ${facts.limitBytes} bytes. ` +
        'Store large data elsewhere and keep a reference to it, or raise the option payload.limit.',
    );
    this.place = facts.place;
    this.bytes = facts.bytes;
    this.limitBytes = facts.limitBytes;
  }

  override get name(): string {
    return 'WorkflowPayloadLimitError';
  }
}

/** Tells whether a value is a {@link WorkflowPayloadLimitError}, also when it was restored from a journal. @publicApi */
export function isWorkflowPayloadLimitError(value: unknown): value is WorkflowPayloadLimitError {
  return isWorkflowError(value, 'WORKFLOW_PAYLOAD_LIMIT');
}
