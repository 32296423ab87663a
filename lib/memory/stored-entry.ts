import type { EntryData, EntryKind, JournalEntry, StepStatus } from '../core/records/index.js';

/** What few entries have. */
type RareFacts = Pick<JournalEntry, 'error' | 'signalId' | 'data'>;

/**
 * An entry as the memory store holds it, with the fence that it was written under. Copied on its way in and out, so that what callers
 * do with theirs changes nothing, and small: most of what a process holds that runs in memory is entries.
 *
 * @internal
 */
export class StoredEntry implements JournalEntry {
  readonly position: number;
  readonly name: string;
  readonly kind: EntryKind;
  readonly status: StepStatus;
  readonly calledAt: number;
  readonly recordedAt: number;
  readonly attempts: number;
  readonly value: string | undefined;
  private readonly rare: RareFacts;

  constructor(
    entry: JournalEntry,
    readonly fence: number,
  ) {
    this.position = entry.position;
    this.name = entry.name;
    this.kind = entry.kind;
    this.status = entry.status;
    this.calledAt = entry.calledAt;
    this.recordedAt = entry.recordedAt;
    this.attempts = entry.attempts;
    this.value = entry.value;
    this.rare = rareFactsOf(entry);
  }

  get error(): string | undefined {
    return this.rare.error;
  }

  get signalId(): string | undefined {
    return this.rare.signalId;
  }

  get data(): EntryData | undefined {
    return this.rare.data;
  }

  toEntry(): JournalEntry {
    const { position, name, kind, status, calledAt, recordedAt, attempts, value, error, signalId, data } = this;
    const copy = { position, name, kind, status, calledAt, recordedAt, attempts, value, error, signalId };
    return data === undefined ? copy : { ...copy, data: copyOf(data) };
  }
}

const NONE: RareFacts = {};

function rareFactsOf({ error, signalId, data }: JournalEntry): RareFacts {
  if (error === undefined && signalId === undefined && data === undefined) return NONE;
  return { error, signalId, data: data && copyOf(data) };
}

function copyOf(data: EntryData): EntryData {
  return data.dueAt === undefined ? { ...data } : { ...data, dueAt: { ...data.dueAt } };
}
