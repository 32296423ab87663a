import { goOnOrAnew, reopening, type WorkflowClient } from '../client/index.js';
import { isChildWorkflowFailedError, isWorkflowNotFoundError } from '../core/errors/index.js';
import { isTerminal, type InstanceStatus } from '../core/records/index.js';
import { keptOnRetry } from './recorded-steps.js';

/**
 * Lets a failed run go on with what failed, or begin again where steps of it were undone. A workflow below it that failed, or was cancelled
 * with it, goes on first, and its new end is waited for: it is what the run then finds.
 *
 * @internal
 */
export async function goOn(client: WorkflowClient, id: string, signal?: AbortSignal): Promise<void> {
  const entries = await client.getJournal(id);
  if (!entries.some(({ kind }) => kind === 'undo')) {
    const keeps = keptOnRetry(entries);
    const below = entries.flatMap((entry) => (keeps(entry) === true ? [] : (failedChild(entry.error) ?? [])));
    await Promise.all([...new Set(below)].map((child) => endAnew(client, child, signal)));
  }
  await goOnOrAnew(client, id, entries);
}

async function endAnew(client: WorkflowClient, id: string, signal: AbortSignal | undefined): Promise<void> {
  const status = await statusOf(client, id);
  if (status === undefined || status === 'completed') return;
  if (status === 'failed') await goOn(client, id, signal);
  else if (isTerminal(status)) await reopening(client.restart(id));
  // Whatever it ends with is told by the run itself.
  await client.result(id, signal && { signal }).catch(() => signal?.throwIfAborted());
}

async function statusOf(client: WorkflowClient, id: string): Promise<InstanceStatus | undefined> {
  try {
    return (await client.getStatus(id)).status;
  } catch (error) {
    if (isWorkflowNotFoundError(error)) return undefined;
    throw error;
  }
}

function failedChild(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (isChildWorkflowFailedError(cause)) return cause.childId;
  return undefined;
}
