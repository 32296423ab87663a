import type { EngineServices } from '../core/execution/index.js';
import type { WorkerIdentity } from '../core/store/index.js';

/** Has the store forget a worker that has stopped, and frees its id. @internal */
export async function signOff({ store, logger }: EngineServices, identity: WorkerIdentity): Promise<void> {
  try {
    await store.unregisterWorker(identity.id);
    await identity.release();
  } catch (error) {
    // A store that is gone forgets the worker by itself.
    logger.warn('The worker could not be unregistered.', { error: String(error) });
  }
}
