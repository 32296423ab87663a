import { WorkflowInputError, WorkflowNotFoundError, type WorkflowInputIssue } from '../core/errors/index.js';
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

const RECORD = {
  id: 'string',
  name: 'string',
  seed: 'string',
  version: 'number',
  generation: 'number',
  createdAt: 'number',
};
const ENTRY = { name: 'string', kind: 'string', status: 'string', position: 'number', calledAt: 'number' };

/** @throws WorkflowInputError that says what is expected, and what of it is missing. @internal */
export function assertRecordedJournal(journal: unknown): asserts journal is RecordedJournal {
  const { record, entries } = (journal ?? {}) as Partial<RecordedJournal>;
  const issues = [
    ...issuesOf(record, 'record', RECORD),
    ...(Array.isArray(entries)
      ? entries.flatMap((entry, index) => issuesOf(entry, `entries[${index}]`, ENTRY))
      : [{ path: 'entries', message: 'must be an array' }]),
  ];
  if (issues.length === 0) return;
  const place = `The journal to replay (${typeof journal === 'string' ? 'a text, to be parsed first' : 'not what recordedJournal(store, id) answers'})`;
  throw new WorkflowInputError({ place, issues });
}

function issuesOf(value: unknown, path: string, fields: Readonly<Record<string, string>>): WorkflowInputIssue[] {
  if (typeof value !== 'object' || value === null) return [{ path, message: 'must be an object' }];
  return Object.entries(fields)
    .filter(([field, type]) => typeof (value as Record<string, unknown>)[field] !== type)
    .map(([field, type]) => ({ path: `${path}.${field}`, message: `must be a ${type}` }));
}
