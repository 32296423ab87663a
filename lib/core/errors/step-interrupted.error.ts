import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link StepInterruptedError} is made of. @publicApi */
export interface StepInterruptedErrorFacts {
  /** The name of the step. */
  readonly step: string;
}

/**
 * The error of a step with `atMostOnce` whose process stopped while its body ran. Whether its effect happened is unknown.
 *
 * @publicApi
 */
export class StepInterruptedError extends WorkflowError {
  /** The name of the step. */
  readonly step: string;

  constructor(facts: StepInterruptedErrorFacts) {
    super(
      'STEP_INTERRUPTED',
      `Step ${describeValue(facts.step)} was interrupted and runs at most once, so it is not run again. Whether its effect happened is unknown.`,
    );
    this.step = facts.step;
  }

  override get name(): string {
    return 'StepInterruptedError';
  }
}

/** Tells whether a value is a {@link StepInterruptedError}, also when it was restored from a journal. @publicApi */
export function isStepInterruptedError(value: unknown): value is StepInterruptedError {
  return isWorkflowError(value, 'STEP_INTERRUPTED');
}
