import { becauseOf } from './because-of.js';
import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link StepFailedError} is made of. @publicApi */
export interface StepFailedErrorFacts {
  /** The name of the step. */
  readonly step: string;
  /** How many attempts were made, the first included. */
  readonly attempts: number;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown inside a workflow when a step has used up its attempts. `cause` is the error of the last attempt.
 *
 * @publicApi
 */
export class StepFailedError extends WorkflowError {
  /** The name of the step. */
  readonly step: string;
  /** How many attempts were made, the first included. */
  readonly attempts: number;

  constructor(facts: StepFailedErrorFacts) {
    super(
      'STEP_FAILED',
      `Step ${describeValue(facts.step)} failed after ${facts.attempts === 1 ? '1 attempt' : `${facts.attempts} attempts`}${becauseOf(facts.cause)}`,
      { cause: facts.cause },
    );
    this.step = facts.step;
    this.attempts = facts.attempts;
  }

  override get name(): string {
    return 'StepFailedError';
  }
}

/** Tells whether a value is a {@link StepFailedError}, also when it was restored from a journal. @publicApi */
export function isStepFailedError(value: unknown): value is StepFailedError {
  return isWorkflowError(value, 'STEP_FAILED');
}
