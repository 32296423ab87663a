import { goOnOrAnew, type WorkflowClient } from '../client/index.js';

/**
 * Lets a failed run go on with what failed, in the workflow below it where that was one, or begin again where steps of it were undone.
 *
 * @internal
 */
export async function goOn(client: WorkflowClient, id: string): Promise<void> {
  await goOnOrAnew(client, id, await client.getJournal(id));
}
