import { StepFailedError } from '../../core/errors/index.js';

/** A step that failed, and why. What a pipeline rejects with is one. @publicApi */
export class WorkflowStepError extends StepFailedError {
  readonly stepName: string;
  declare readonly reason: string;

  constructor(stepName: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super({ step: stepName, attempts: 1, cause: options.cause });
    this.stepName = stepName;
    this.message = `Step "${stepName}" failed: ${reason}`;
    // It is in the message, and need not be stored twice.
    Object.defineProperty(this, 'reason', { value: reason });
  }

  override get name(): string {
    return 'WorkflowStepError';
  }
}
