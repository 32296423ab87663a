import { isStepFailedError } from '../core/errors/index.js';

/** What the body of a call itself threw, without what the engine put around it. @internal */
export function ownError(name: string, error: unknown): unknown {
  return isStepFailedError(error) && error.step === name && error.name === 'StepFailedError' ? error.cause : error;
}
