import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** A step that could not be undone. @publicApi */
export interface CompensationFailure {
  /** The name of the step. */
  readonly step: string;
  /** The message of the error its compensation ended with. */
  readonly message: string;
}

/** What a {@link CompensationFailedError} is made of. @publicApi */
export interface CompensationFailedErrorFacts {
  /** Every step that could not be undone, in the order in which undoing it was tried. */
  readonly failures: readonly CompensationFailure[];
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * The error of an instance of which at least one completed step could not be undone. `cause` is the error that made the
 * undoing necessary.
 *
 * @publicApi
 */
export class CompensationFailedError extends WorkflowError {
  /** Every step that could not be undone, in the order in which undoing it was tried. */
  readonly failures: readonly CompensationFailure[];

  constructor(facts: CompensationFailedErrorFacts) {
    super(
      'COMPENSATION_FAILED',
      `${facts.failures.length === 1 ? '1 step' : `${facts.failures.length} steps`} could not be undone: ` +
        `${facts.failures.map((failure) => `${describeValue(failure.step)} (${failure.message})`).join(', ')}.`,
      { cause: facts.cause },
    );
    this.failures = facts.failures;
  }

  override get name(): string {
    return 'CompensationFailedError';
  }
}

/** Tells whether a value is a {@link CompensationFailedError}, also when it was restored from a journal. @publicApi */
export function isCompensationFailedError(value: unknown): value is CompensationFailedError {
  return isWorkflowError(value, 'COMPENSATION_FAILED');
}
