import type { EntryData, EntryKind, JournalEntry, StepStatus } from '../core/records/index.js';

/** What few entries have. */
type RareFacts = Pick<JournalEntry, 'error' | 'signalId' | 'data'>;

/**
 * An entry as the memory store holds it, with the fence that it was written under. Copied on its way in and out, so that what callers
 * do with theirs changes nothing, and small: most of what a process holds that runs in memory is entries.
 *
 * @internal
 */
export class StoredEntry {
  readonly position: number;
  readonly name: string;
  readonly fence: number;
  private readonly kind: EntryKind;
  private readonly status: StepStatus;
  private readonly calledAt: number;
  private readonly recordedAt: number;
  private readonly attempts: number;
  private readonly value: string | undefined;
  private readonly rare: RareFacts | undefined;

  constructor(entry: JournalEntry, fence: number) {
    this.position = entry.position;
    this.name = entry.name;
    this.fence = fence;
    this.kind = entry.kind;
    this.status = entry.status;
    this.calledAt = entry.calledAt;
    this.recordedAt = entry.recordedAt;
    this.attempts = entry.attempts;
    this.value = entry.value;
    this.rare = rareFactsOf(entry);
  }

  toEntry(): JournalEntry {
    const { position, name, kind, status, calledAt, recordedAt, attempts, value, rare } = this;
    const { error, signalId, data } = rare ?? NONE;
    return {
      ...{ position, name, kind, status, calledAt, recordedAt, attempts, value, error, signalId },
      data: data && copyOf(data),
    };
  }
}

const NONE: RareFacts = {};

function rareFactsOf({ error, signalId, data }: JournalEntry): RareFacts | undefined {
  if (error === undefined && signalId === undefined && data === undefined) return undefined;
  return { error, signalId, data: data && copyOf(data) };
}

function copyOf(data: EntryData): EntryData {
  return data.dueAt === undefined ? { ...data } : { ...data, dueAt: { ...data.dueAt } };
}
