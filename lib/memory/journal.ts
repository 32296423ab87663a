import type { EntryData, JournalEntry } from '../core/records/index.js';

/** The entries of one generation, with the fence that each was written under. @internal */
export class Journal {
  /** Positions up to this one were used, also where entries were removed since. */
  head = 0;
  private entries: JournalEntry[] = [];
  private fences: number[] = [];

  get length(): number {
    return this.entries.length;
  }

  append(entry: JournalEntry, fence: number): void {
    this.entries.push(copyOf(entry));
    this.fences.push(fence);
    this.head = entry.position;
  }

  read(): JournalEntry[] {
    return this.entries.map(copyOf);
  }

  /** Whether these very entries were written under this fence. */
  holds(entries: readonly JournalEntry[], fence: number): boolean {
    return entries.every((entry) => {
      const index = this.indexOf(entry.position);
      return index >= 0 && this.fences[index] === fence && this.entries[index]?.name === entry.name;
    });
  }

  /** Takes entries out; their positions stay used. Returns what was removed. */
  remove(positions: readonly number[]): JournalEntry[] {
    const unwanted = new Set(positions);
    const removed = this.entries.filter((entry) => unwanted.has(entry.position));
    this.fences = this.fences.filter((_fence, index) => !unwanted.has((this.entries[index] as JournalEntry).position));
    this.entries = this.entries.filter((entry) => !unwanted.has(entry.position));
    return removed;
  }

  private indexOf(position: number): number {
    let low = 0;
    let high = this.entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = (this.entries[middle] as JournalEntry).position;
      if (found === position) return middle;
      if (found < position) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

// Copies in and out: to freeze one copy instead would cost every step more than reading costs the few replays.
function copyOf(entry: JournalEntry): JournalEntry {
  return entry.data === undefined ? { ...entry } : { ...entry, data: copyOfData(entry.data) };
}

function copyOfData(data: EntryData): EntryData {
  return data.dueAt === undefined ? { ...data } : { ...data, dueAt: { ...data.dueAt } };
}
