import { isDelivered, type JournalEntry } from '../records/index.js';

/**
 * The journal of one instance's generation as its owner holds it: what was recorded, by name and in order, and what this owner adds.
 *
 * @internal
 */
export class InstanceJournal {
  private readonly byName = new Map<string, JournalEntry>();
  private retries: Map<string, JournalEntry> | undefined;
  private last: number;
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
    for (const entry of recorded) this.keep(entry);
    this.last = Math.max(head, recorded.at(-1)?.position ?? 0);
    this.loadedHead = this.last;
  }

  /** The last position in use. */
  get head(): number {
    return this.last;
  }

  /** Entries recorded or staged by now. */
  get size(): number {
    return this.byName.size;
  }

  get(name: string): JournalEntry | undefined {
    return this.byName.get(name);
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** Gives the next position to an entry and keeps it. Later entries are never recorded at an earlier time, whatever the clocks say. */
  append(entry: Omit<JournalEntry, 'position'>): JournalEntry {
    this.last += 1;
    const recordedAt = Math.max(entry.recordedAt, this.lastRecordedAt);
    const placed: JournalEntry = {
      position: this.last,
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
    this.keep(placed);
    return placed;
  }

  /** Takes back the entry appended last, because the transaction that carried it was rolled back. */
  retract(entry: JournalEntry): void {
    if (entry.position !== this.last) throw new RangeError(`Position ${entry.position} is not the last one.`);
    this.byName.delete(entry.name);
    this.last -= 1;
  }

  /** The newest stored wait before another attempt of a step or undo. */
  latestRetry(name: string): JournalEntry | undefined {
    return this.retries?.get(name);
  }

  private keep(entry: JournalEntry): void {
    this.lastRecordedAt = Math.max(this.lastRecordedAt, entry.recordedAt);
    this.byName.set(entry.name, entry);
    if (entry.kind === 'retry') (this.retries ??= new Map()).set(retriedName(entry.name), entry);
  }

  /** Recorded and staged entries, in position order. */
  all(): JournalEntry[] {
    return [...this.byName.values()].sort((a, b) => a.position - b.position);
  }

  /** Recorded entries whose result the code receives, in the order in which it received them. */
  delivered(): JournalEntry[] {
    return this.recorded.filter((entry) => isDelivered(entry.kind));
  }
}

/** The key of a stored wait before the attempt after number `attempts`. @internal */
export function retryKey(name: string, attempts: number): string {
  return `$retry:${name}#${attempts}`;
}

function retriedName(key: string): string {
  return key.slice('$retry:'.length, key.lastIndexOf('#'));
}
