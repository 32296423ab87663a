import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowOptionsError} is made of. @publicApi */
export interface WorkflowOptionsErrorFacts {
  /** The option with its full path: `worker.pollInterval`. */
  readonly option: string;
  /** The value that was given. */
  readonly value: unknown;
  /** What is accepted, as the end of the sentence "It must be …". */
  readonly expected: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown at start-up, or when a definition is built, for an option whose value is not accepted.
 *
 * @publicApi
 */
export class WorkflowOptionsError extends WorkflowError {
  /** The option with its full path: `worker.pollInterval`. */
  readonly option: string;
  /** The value that was given. */
  readonly value: unknown;
  /** What is accepted, as the end of the sentence "It must be …". */
  readonly expected: string;

  constructor(facts: WorkflowOptionsErrorFacts) {
    super(
      'WORKFLOW_OPTIONS',
      `The option "${facts.option}" has the value ${describeValue(facts.value)}. It must be ${facts.expected}.`,
      { cause: facts.cause },
    );
    this.option = facts.option;
    this.value = facts.value;
    this.expected = facts.expected;
  }

  override get name(): string {
    return 'WorkflowOptionsError';
  }
}

/** Tells whether a value is a {@link WorkflowOptionsError}, also when it was restored from a journal. @publicApi */
export function isWorkflowOptionsError(value: unknown): value is WorkflowOptionsError {
  return isWorkflowError(value, 'WORKFLOW_OPTIONS');
}
