import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link StepTimeoutError} is made of. @publicApi */
export interface StepTimeoutErrorFacts {
  /** The name of the step. */
  readonly step: string;
  /** The timeout of one attempt, in milliseconds, counted from the start of its body. */
  readonly timeoutMs: number;
}

/**
 * The error of one attempt of a step that took longer than the `timeout` of the step.
 *
 * @publicApi
 */
export class StepTimeoutError extends WorkflowError {
  /** The name of the step. */
  readonly step: string;
  /** The timeout of one attempt, in milliseconds, counted from the start of its body. */
  readonly timeoutMs: number;

  constructor(facts: StepTimeoutErrorFacts) {
    super('STEP_TIMEOUT', `Step ${describeValue(facts.step)} did not end within its timeout of ${facts.timeoutMs} ms.`);
    this.step = facts.step;
    this.timeoutMs = facts.timeoutMs;
  }

  override get name(): string {
    return 'StepTimeoutError';
  }
}

/** Tells whether a value is a {@link StepTimeoutError}, also when it was restored from a journal. @publicApi */
export function isStepTimeoutError(value: unknown): value is StepTimeoutError {
  return isWorkflowError(value, 'STEP_TIMEOUT');
}
