import { WorkflowError, type WorkflowErrorOptions } from '../../core/errors/index.js';

/** For steps that fail on purpose. @publicApi */
export class PipelineStepError extends WorkflowError {
  constructor(message = 'Pipeline step error', options?: WorkflowErrorOptions) {
    super('STEP_FAILED', message, options);
  }

  override get name(): string {
    return 'PipelineStepError';
  }
}
