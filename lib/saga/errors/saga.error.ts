import {
  isCompensationFailedError,
  isStepFailedError,
  StepFailedError,
  type CompensationFailure,
} from '../../core/errors/index.js';
import { SagaStepError } from './saga-step.error.js';

const NAME = 'SagaError';

/**
 * What a saga rejects with when a step of it has failed: names the step; `cause` is the step's own error. What had completed was undone
 * before it is thrown, except what `compensationErrors` tells. It shares the code of failed steps, so that it is recognised by guard
 * also when it was restored from a journal.
 *
 * @publicApi
 */
export class SagaError extends StepFailedError {
  readonly stepName: string;
  /** One for each completed step that could not be undone, in the order in which undoing was tried; `cause` is what its undo has thrown. */
  declare readonly compensationErrors: readonly SagaStepError[];

  constructor(stepName: string, cause: unknown, compensationErrors: readonly SagaStepError[] = []) {
    super({ step: stepName, attempts: 1, cause });
    this.stepName = stepName;
    this.message = `Step "${stepName}" of the saga failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    // Not stored with the error: where it is stored, what it is stored in tells them.
    Object.defineProperty(this, 'compensationErrors', { value: compensationErrors });
  }

  override get name(): string {
    return NAME;
  }
}

/** Tells whether a value is a {@link SagaError}, also when it was restored from a journal. @publicApi */
export function isSagaError(value: unknown): value is SagaError {
  return isStepFailedError(value) && value.name === NAME;
}

/** What a run of a saga ended with, as its users meet it: undos that failed are told by the error of the step that caused them. @internal */
export function toSagaError(error: unknown): unknown {
  const cause = isCompensationFailedError(error) ? error.cause : error;
  if (!isSagaError(cause)) return error;
  const { failures, errors = [] } = isCompensationFailedError(error) ? error : { failures: [] };
  const toStepError = ({ step, message }: CompensationFailure, index: number): SagaStepError =>
    new SagaStepError(message, { stepName: step, cause: errors[index] });
  return new SagaError(cause.stepName, cause.cause, failures.map(toStepError));
}
