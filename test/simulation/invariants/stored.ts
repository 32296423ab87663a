import type { InstanceRecord, JournalEntry } from '../../../lib/core/records/index.js';

/** The very entries that the store holds, not the copies that it hands out: what was replaced is seen as another object. */
export function storedEntries(journal: object | undefined): readonly JournalEntry[] {
  return (journal as { entries?: readonly JournalEntry[] } | undefined)?.entries ?? [];
}

/** The fence under which each of them was written. */
export function storedFences(journal: object): readonly number[] {
  return (journal as { entries: readonly { readonly fence: number }[] }).entries.map(({ fence }) => fence);
}

/** Ended by somebody else, at any moment: nothing more is recorded, and nothing is undone. */
export function wasTerminated(record: InstanceRecord, journal: readonly JournalEntry[]): boolean {
  if (record.status !== 'cancelled') return false;
  return !journal.some((entry) => entry.kind === 'cancel') || record.error?.includes('WORKFLOW_TERMINATED') === true;
}
