import { WorkflowStoreError } from './workflow-store.error.js';

/**
 * What everybody is told who still asks, or waits for, something when the application has closed.
 *
 * @internal
 */
export function closedStore(durable: boolean): WorkflowStoreError {
  return new WorkflowStoreError(
    'The application has closed, and its workflow store with it. ' +
      (durable
        ? 'What has not ended goes on in the next process that executes it, and can be asked for there by its id.'
        : 'A memory store keeps what has not ended for as long as the process lives: it goes on when the store is opened again.'),
    { retryable: false },
  );
}
