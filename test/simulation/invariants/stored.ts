import type { JournalEntry } from '../../../lib/core/records/index.js';

/** The very entries that the store holds, not the copies that it hands out: what was replaced is seen as another object. */
export function storedEntries(journal: object | undefined): readonly JournalEntry[] {
  return (journal as { entries?: readonly JournalEntry[] } | undefined)?.entries ?? [];
}

/** The fence under which each of them was written. */
export function storedFences(journal: object): readonly number[] {
  return (journal as { fences: readonly number[] }).fences;
}
