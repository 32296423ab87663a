import { WorkflowError, type WorkflowErrorOptions } from '../../core/errors/index.js';

/** @publicApi */
export interface SagaStepErrorOptions extends WorkflowErrorOptions {
  /** The step that failed, or that could not be undone. */
  readonly stepName?: string;
}

/** For actions that fail on purpose, and for the undos that a {@link SagaError} reports. @publicApi */
export class SagaStepError extends WorkflowError {
  declare readonly stepName?: string;

  constructor(message = 'Saga step error', { stepName, ...options }: SagaStepErrorOptions = {}) {
    super('STEP_FAILED', message, options);
    if (stepName !== undefined) this.stepName = stepName;
  }

  override get name(): string {
    return 'SagaStepError';
  }
}
