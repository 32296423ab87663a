import { isStepFailedError } from './step-failed.error.js';

/** What the body of a step itself threw, without what the engine put around it. @internal */
export function ownError(step: string, error: unknown): unknown {
  return isStepFailedError(error) && error.step === step && error.name === 'StepFailedError' ? error.cause : error;
}
