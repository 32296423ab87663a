import type { JournalEntry } from '../records/index.js';

/**
 * The journal of one instance's generation as its owner holds it: what was recorded, by name and in order, and what this owner adds.
 *
 * @internal
 */
export class InstanceJournal {
  private byName: Map<string, JournalEntry> | undefined;
  private retries: Map<string, JournalEntry> | undefined;
  private count = 0;
  private last = 0;
  private lastRecordedAt = 0;
  /** The last position that was recorded when this owner took the instance over. */
  readonly loadedHead: number;

  /**
   * @param recorded Entries in position order.
   * @param head Positions up to this one were used before, also where entries were removed since.
   */
  constructor(
    readonly recorded: readonly JournalEntry[],
    head: number,
  ) {
    for (const entry of recorded) {
      this.note(entry);
      this.keep(entry);
    }
    this.last = Math.max(head, this.last);
    this.loadedHead = this.last;
  }

  /** The last position in use. */
  get head(): number {
    return this.last;
  }

  /** Entries recorded or staged by now. */
  get size(): number {
    return this.count;
  }

  /** A recorded entry, or one of this owner that is {@link append}ed to be kept. */
  get(name: string): JournalEntry | undefined {
    return this.byName?.get(name);
  }

  has(name: string): boolean {
    return this.byName?.has(name) === true;
  }

  /**
   * Gives the next position to an entry. Later entries are never recorded at an earlier time, whatever the clocks say.
   *
   * @param isAskedFor Whether somebody may {@link get} it again: a run of many steps would hold the result of each until its end.
   */
  append(entry: Omit<JournalEntry, 'position'>, isAskedFor = true): JournalEntry {
    const recordedAt = Math.max(entry.recordedAt, this.lastRecordedAt);
    const placed: JournalEntry = {
      position: this.last + 1,
      name: entry.name,
      kind: entry.kind,
      status: entry.status,
      calledAt: entry.calledAt,
      recordedAt,
      attempts: entry.attempts,
      value: entry.value,
      error: entry.error,
      signalId: entry.signalId,
      data: entry.data,
    };
    this.note(placed);
    if (isAskedFor) this.keep(placed);
    return placed;
  }

  /** Takes back the entry appended last, because the transaction that carried it was rolled back. */
  retract(entry: JournalEntry): void {
    if (entry.position !== this.last) throw new RangeError(`Position ${entry.position} is not the last one.`);
    this.byName?.delete(entry.name);
    this.count -= 1;
    this.last -= 1;
  }

  /** The newest stored wait before another attempt of a step or undo. */
  latestRetry(name: string): JournalEntry | undefined {
    return this.retries?.get(name);
  }

  private note(entry: JournalEntry): void {
    this.count += 1;
    this.last = entry.position;
    this.lastRecordedAt = Math.max(this.lastRecordedAt, entry.recordedAt);
  }

  private keep(entry: JournalEntry): void {
    (this.byName ??= new Map()).set(entry.name, entry);
    if (entry.kind === 'retry') (this.retries ??= new Map()).set(retriedName(entry.name), entry);
  }

  /** Recorded and kept entries, in position order. */
  all(): JournalEntry[] {
    return [...(this.byName?.values() ?? [])].sort((a, b) => a.position - b.position);
  }
}

/** The key of a stored wait before the attempt after number `attempts`. @internal */
export function retryKey(name: string, attempts: number): string {
  return `$retry:${name}#${attempts}`;
}

function retriedName(key: string): string {
  return key.slice('$retry:'.length, key.lastIndexOf('#'));
}
