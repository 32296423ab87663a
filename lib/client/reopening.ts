import { isWorkflowStateError } from '../core/errors/index.js';
import type { RequestReceipt } from './client-options.interface.js';

/** As much of a client as opens an instance again. */
interface Reopener {
  retry(id: string): Promise<RequestReceipt>;
  restart(id: string): Promise<RequestReceipt>;
}

/** Waits for a `retry` or `restart`; where somebody else was first, the instance is open all the same. @internal */
export async function reopening(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isWorkflowStateError(error)) throw error;
  }
}

/** Lets a failed instance go on from where it failed, or begin again where steps of it were undone: nothing stands then to go on from. @internal */
export async function goOnOrAnew(
  client: Reopener,
  id: string,
  entries: readonly { readonly kind: string }[],
): Promise<void> {
  await reopening(entries.some(({ kind }) => kind === 'undo') ? client.restart(id) : client.retry(id));
}
