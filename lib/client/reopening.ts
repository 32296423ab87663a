import { isWorkflowStateError } from '../core/errors/index.js';

/** Waits for a `retry` or `restart`; where somebody else was first, the instance is open all the same. @internal */
export async function reopening(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isWorkflowStateError(error)) throw error;
  }
}
