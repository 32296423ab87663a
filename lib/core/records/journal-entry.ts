/**
 * What a journal entry records.
 *
 * Delivered kinds (their result is handed to the workflow's code, in the order of their positions):
 * `step`, `arrival` (the end of a wait), `child` (a child was started) and `commit`.
 * Marker kinds (kept for the engine, never handed over): `start` (a step body is about to run), `retry` (a stored retry instant),
 * `wait` (a registered wait with its due instants), `patch`, `cancel`, `deadline`, `failure`, `undo` and `continued`.
 *
 * @publicApi
 */
export type EntryKind = DeliveredKind | MarkerKind;

/** Kinds whose result the workflow's code receives. @publicApi */
export type DeliveredKind = 'step' | 'arrival' | 'child' | 'commit';

/** Kinds that only the engine reads. @publicApi */
export type MarkerKind =
  'start' | 'retry' | 'wait' | 'patch' | 'cancel' | 'deadline' | 'failure' | 'undo' | 'continued';

/** How a recorded step, wait or undo ended; `running` on markers of something begun. @publicApi */
export type StepStatus = 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled' | 'timed_out';

/** One line of an instance's journal. Immutable once written. @publicApi */
export interface JournalEntry {
  /** Order within (instance, generation), from 1; given in the turn in which the result is handed over. */
  readonly position: number;
  /** Key within the generation; user names are percent-encoded, engine names start with `$`. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly status: StepStatus;
  /** The last position that had been handed over when the call was made. */
  readonly calledAt: number;
  /** Database time of the record, epoch milliseconds. */
  readonly recordedAt: number;
  /** Tries used, counting from 1; 0 where trying has no meaning. */
  readonly attempts: number;
  /** The result as serialised (and encoded by the codec); `undefined` is the value `undefined`. */
  readonly value?: string;
  /** The error as a serialised `ErrorRecord` (encoded by the codec). */
  readonly error?: string;
  /** The signal that this entry consumed. */
  readonly signalId?: string;
  /** What the engine needs to know again: due instants, the child's id … Small, engine-written, not encoded. */
  readonly data?: EntryData;
}

/** Engine data of an entry; each kind uses the fields it needs. @publicApi */
export interface EntryData {
  /** Stored due instants of a wait or retry by condition key, epoch milliseconds. */
  readonly dueAt?: Readonly<Record<string, number>>;
  /** Which condition of a wait came first; `$timeout` when its time-out did. */
  readonly winner?: string;
  /** The started or awaited child. */
  readonly childId?: string;
  readonly childName?: string;
  readonly childVersion?: number;
  /** What becomes of the child when its parent ends first. */
  readonly parentClose?: ParentClosePolicy;
  /** Fingerprint of a child's input, so that changed code is noticed. */
  readonly inputHash?: string;
  /** The position of the entry that made the run fail. */
  readonly causePosition?: number;
  /** The answer of a `patched` call. */
  readonly patched?: boolean;
  /** A step that may have run although no result was recorded. */
  readonly uncertain?: boolean;
  /** A step that was stopped while the run went on. */
  readonly stopped?: boolean;
}

/** What becomes of a running child when its parent ends. @publicApi */
export type ParentClosePolicy = 'cancel' | 'terminate' | 'abandon';

const DELIVERED: ReadonlySet<EntryKind> = new Set<DeliveredKind>(['step', 'arrival', 'child', 'commit']);

/** Tells whether an entry's result is handed to the workflow's code. @internal */
export function isDelivered(kind: EntryKind): kind is DeliveredKind {
  return DELIVERED.has(kind);
}
