import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

/** A step that could not be undone. @publicApi */
export interface CompensationFailure {
  /** The name of the step. */
  readonly step: string;
  /** The message of the error its compensation ended with. */
  readonly message: string;
  /** What its compensation has thrown. Not part of what is stored. */
  readonly cause?: unknown;
}

/** @internal */
export function compensationFailure(step: string, cause: unknown): CompensationFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return Object.defineProperty({ step, message }, 'cause', { value: cause });
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
  /** What their compensations have thrown, in the same order; the first ten where this error was read from a journal. */
  declare readonly errors?: readonly unknown[];

  constructor(facts: CompensationFailedErrorFacts);
  /** @param message Of an error of your own, which names no steps. */
  constructor(message?: string, options?: WorkflowErrorOptions);
  constructor(
    given: CompensationFailedErrorFacts | string = 'Workflow compensation failed',
    options?: WorkflowErrorOptions,
  ) {
    const isMessage = typeof given === 'string';
    super('COMPENSATION_FAILED', isMessage ? given : messageOf(given), isMessage ? options : { cause: given.cause });
    this.failures = isMessage ? [] : given.failures;
    const errors = this.failures.map(({ cause }) => cause);
    // As an AggregateError has them: stored beside the properties of the error.
    if (errors.some((error) => error !== undefined)) Object.defineProperty(this, 'errors', { value: errors });
  }

  override get name(): string {
    return 'CompensationFailedError';
  }
}

function messageOf({ failures }: CompensationFailedErrorFacts): string {
  const steps = failures.map(({ step, message }) => `${describeValue(step)} (${message})`).join(', ');
  return `${failures.length === 1 ? '1 step' : `${failures.length} steps`} could not be undone: ${steps}.`;
}

/** Tells whether a value is a {@link CompensationFailedError}, also when it was restored from a journal. @publicApi */
export function isCompensationFailedError(value: unknown): value is CompensationFailedError {
  return isWorkflowError(value, 'COMPENSATION_FAILED');
}
