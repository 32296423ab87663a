import type { LifecycleEvent } from '../lifecycle/index.js';
import type { InstanceRecord, InstanceSeed, JournalEntry, SignalSeed, TerminalStatus } from '../records/index.js';

/**
 * Everything that one write of one instance's owner makes durable: it stands or falls as a whole, and only where the
 * instance's fence (and, when given, `expect`) still hold. Every row has a key derived from the instance, so that sending a unit
 * again after a broken connection changes nothing.
 *
 * @publicApi
 */
export interface FlushUnit {
  readonly workflowId: string;
  readonly generation: number;
  readonly fence: number;
  /** Entries in position order, dense from `head + 1`. */
  readonly entries: readonly JournalEntry[];
  /**
   * The wakes that the owner has seen last. Nothing is conditional on them: a store that finds them unchanged, and no cancel, may be
   * spared to read them out.
   */
  readonly knownWakes?: number | undefined;
  /** What must be unchanged on the instance row for the unit to be written at all. */
  readonly expect?: FlushExpectation | undefined;
  /** Waits registered by this unit (rows that the router matches signals against). */
  readonly waits?: readonly WaitRow[] | undefined;
  /** The owner never registered a wait in this generation, so that its end finds none to drop: spares the store the look. */
  readonly waitless?: boolean | undefined;
  /** Names of waits that ended with this unit. */
  readonly endedWaits?: readonly string[] | undefined;
  /** Children created by this unit; ids that exist already are left alone and reported. */
  readonly children?: readonly StartUnit[] | undefined;
  /** Signals sent by this unit: a child's outcome to its parent, close requests to children. */
  readonly signals?: readonly SignalSeed[] | undefined;
  /** Live progress emitted by this unit. */
  readonly stream?: readonly StreamSeed[] | undefined;
  /** What `setStatus` last set, serialised; `null` clears it. */
  readonly customStatus?: string | null | undefined;
  /** What becomes of the instance row. Absent: the row is only locked, not written. */
  readonly transition?: InstanceTransition | undefined;
  /** Lifecycle events that the transition (or the entries) cause; the last one's `seq` becomes the row's `eventSeq`. Stored in the outbox when it is enabled. */
  readonly events?: readonly LifecycleEvent[] | undefined;
}

/** Conditions on the instance row, checked under its lock. @publicApi */
export interface FlushExpectation {
  /** No wake-up arrived since this count was read. */
  readonly wakes?: number;
  /** No cancel was requested that the owner has not seen. */
  readonly noCancel?: boolean;
}

/** A registered interest in signals. @publicApi */
export interface WaitRow {
  /** Journal name of the wait, unique within the generation. */
  readonly wait: string;
  /** Name of the condition within the wait. */
  readonly condition: string;
  readonly signal: string;
  /** Exact key to match. Absent: takes topic signals without a key, and mailbox signals of the name with any key. */
  readonly key?: string;
}

/** One item of an instance's live progress. Key: (instance, generation, afterPosition, index). @publicApi */
export interface StreamSeed {
  readonly afterPosition: number;
  readonly index: number;
  readonly kind: 'emit' | 'progress';
  /** The step whose progress it is. */
  readonly step?: string;
  readonly payload?: string;
}

/** What a unit does to the instance row. @publicApi */
export type InstanceTransition =
  /** Gives the lease back and waits. `dueAt` absent: only a signal, child or request makes it due. */
  | { readonly kind: 'suspend'; readonly status: 'suspended' | 'compensating'; readonly dueAt?: number }
  /** Undoing has begun; the lease stays. */
  | { readonly kind: 'compensate' }
  /** The outcome: final, ends the lease, drops waits. */
  | {
      readonly kind: 'end';
      readonly status: TerminalStatus;
      readonly output?: string;
      readonly error?: string;
    }
  /** The next generation: new input, positions from 1, waits dropped, unconsumed signals kept; the lease stays. */
  | { readonly kind: 'continue'; readonly input?: string; readonly inputHash: string; readonly seed: string }
  /** The lease goes back untouched (shutdown): due at once, no crash counted. */
  | { readonly kind: 'release' }
  /** This build's code does not match the journal: noted, lease back, no crash counted. */
  | { readonly kind: 'mismatch'; readonly buildId: string; readonly error: string }
  /** A person is needed. */
  | { readonly kind: 'quarantine'; readonly error: string };

/** What became of a unit. @publicApi */
export type FlushResult =
  /** Written. `wakes` and `cancelRequested` are the row's, read under the lock. */
  | {
      readonly kind: 'applied';
      readonly wakes: number;
      readonly cancelRequested: boolean;
      /** Ids of `children` that belong to somebody else and were therefore not created. */
      readonly existingChildren?: readonly string[];
    }
  /** Not written: `expect` no longer holds. */
  | { readonly kind: 'changed'; readonly wakes: number; readonly cancelRequested: boolean }
  /** Not written: another transaction holds the row at this moment. It is sent again by itself, so that it delays no neighbour. */
  | { readonly kind: 'locked' }
  /** Not written: another owner has the instance, or it is gone. */
  | { readonly kind: 'fenced' }
  /** Not written: a position is taken by another writer's entry. */
  | { readonly kind: 'conflict' }
  /** Not written: this unit's own rows were refused (too large, not storable); its neighbours were written. */
  | { readonly kind: 'rejected'; readonly error: Error };

/** A request to create an instance. @publicApi */
export interface StartUnit {
  readonly seed: InstanceSeed;
  /**
   * Creates it already leased to this worker, with fence 1 and status `running`. Where a slot of its limits is taken by others it is
   * created `pending` all the same: what the record says is what happened.
   */
  readonly lease?: LeaseGrant;
  /** The `started` event. */
  readonly events?: readonly LifecycleEvent[];
}

/** Who gets a lease, and for how long. @publicApi */
export interface LeaseGrant {
  readonly workerId: string;
  readonly buildId: string;
  readonly leaseMs: number;
}

/** What became of a start. @publicApi */
export type StartResult =
  | { readonly kind: 'created'; readonly record: InstanceRecord }
  /** The id exists; the caller compares `inputHash`, name and version. */
  | { readonly kind: 'existing'; readonly record: InstanceRecord }
  /** An uncommitted transaction holds the id for longer than the lock time-out. */
  | { readonly kind: 'locked' }
  /** Not created: the unit's own values were refused (too large, not storable); its neighbours were created. */
  | { readonly kind: 'rejected'; readonly error: Error };
