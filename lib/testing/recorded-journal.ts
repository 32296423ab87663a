import { WorkflowNotFoundError } from '../core/errors/index.js';
import type { InstanceRecord, JournalEntry } from '../core/records/index.js';
import type { WorkflowStore } from '../core/store/index.js';

/** What one generation of an instance recorded. Plain JSON: keep it as a file beside the tests. @publicApi */
export interface RecordedJournal {
  readonly record: InstanceRecord;
  readonly entries: readonly JournalEntry[];
}

/**
 * Reads what an instance has recorded so far, in its current generation, as it stands in the store (payloads as the codec wrote them).
 *
 * @throws WorkflowNotFoundError
 *
 * @example
 * await writeFile('order.journal.json', JSON.stringify(await recordedJournal(app.get(WORKFLOW_STORE), 'o-1')));
 *
 * @publicApi
 */
export async function recordedJournal(
  store: Pick<WorkflowStore, 'find' | 'readJournal'>,
  workflowId: string,
): Promise<RecordedJournal> {
  const record = await store.find(workflowId);
  if (record === undefined) throw new WorkflowNotFoundError({ workflowId });
  return { record, entries: await store.readJournal(workflowId, record.generation) };
}
