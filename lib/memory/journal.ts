import type { JournalEntry } from '../core/records/index.js';
import { StoredEntry } from './stored-entry.js';

/** The entries of one generation. @internal */
export class Journal {
  /** Positions up to this one were used, also where entries were removed since. */
  head = 0;
  private entries: StoredEntry[] = [];

  get length(): number {
    return this.entries.length;
  }

  append(entry: JournalEntry, fence: number): void {
    this.entries.push(new StoredEntry(entry, fence));
    this.head = entry.position;
  }

  read(): JournalEntry[] {
    return this.entries.map((entry) => entry.toEntry());
  }

  /** Whether these very entries were written under this fence. */
  holds(entries: readonly JournalEntry[], fence: number): boolean {
    return entries.every(({ position, name }) => {
      const stored = this.at(position);
      return stored?.fence === fence && stored.name === name;
    });
  }

  /** Takes entries out; their positions stay used. Returns what was removed. */
  remove(positions: readonly number[]): JournalEntry[] {
    const unwanted = new Set(positions);
    const removed = this.entries.filter((entry) => unwanted.has(entry.position));
    this.entries = this.entries.filter((entry) => !unwanted.has(entry.position));
    return removed.map((entry) => entry.toEntry());
  }

  private at(position: number): StoredEntry | undefined {
    let low = 0;
    let high = this.entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.entries[middle] as StoredEntry;
      if (found.position === position) return found;
      if (found.position < position) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}
