import type { InstanceRecord, JournalEntry } from '../../../lib/core/records/index.js';

interface Stored {
  readonly fence: number;
  toEntry(): JournalEntry;
}

/** What each was read as, once: the same object for as long as the store holds the same. */
const asRead = new WeakMap<Stored, JournalEntry>();

/** The entries that the store holds, not the copies that it hands out: what was replaced is seen as another object. */
export function storedEntries(journal: object | undefined): readonly JournalEntry[] {
  return storedOf(journal).map((stored) => {
    const entry = asRead.get(stored) ?? stored.toEntry();
    asRead.set(stored, entry);
    return entry;
  });
}

/** The fence under which each of them was written. */
export function storedFences(journal: object): readonly number[] {
  return storedOf(journal).map(({ fence }) => fence);
}

function storedOf(journal: object | undefined): readonly Stored[] {
  return (journal as { entries?: readonly Stored[] } | undefined)?.entries ?? [];
}

/** Ended by somebody else, at any moment: nothing more is recorded, and nothing is undone. */
export function wasTerminated(record: InstanceRecord, journal: readonly JournalEntry[]): boolean {
  if (record.status !== 'cancelled') return false;
  return !journal.some((entry) => entry.kind === 'cancel') || record.error?.includes('WORKFLOW_TERMINATED') === true;
}
