import type { InstanceStatus } from './instance-status.js';
import type { ParentClosePolicy } from './journal-entry.js';

/** Small text values that travel from a start into steps, children and events: tenant, user, trace. @publicApi */
export type WorkflowHeaders = Readonly<Record<string, string>>;

/** Values to list instances by; stored as `jsonb`, compared by containment. @publicApi */
export type WorkflowAttributes = Readonly<Record<string, string | number | boolean | null>>;

/** The parent of a child instance, and where in its journal the child was started. @publicApi */
export interface ParentLink {
  readonly workflowId: string;
  readonly generation: number;
  readonly close: ParentClosePolicy;
}

/** Why and when somebody asked an instance to stop. @publicApi */
export interface CancelRequest {
  readonly reason: string;
  /** Epoch milliseconds, database time. */
  readonly requestedAt: number;
}

/** What a new instance is created from: every field that never changes within a generation. @publicApi */
export interface InstanceSeed {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Serialised (and encoded) input; `undefined` is the value `undefined`. */
  readonly input?: string;
  /** Fingerprint of the canonical input, before encoding: tells a repeated start from a conflicting one. */
  readonly inputHash: string;
  readonly headers: WorkflowHeaders;
  readonly attributes: WorkflowAttributes;
  /** Smaller first; one step is worth one second of waiting. @default 1000 */
  readonly priority: number;
  /** Seeds `random()` and `uuid()`. */
  readonly seed: string;
  /** Limits taken while the instance runs: a slot of each key. */
  readonly limits: readonly ConcurrencySlot[];
  readonly parent?: ParentLink;
  /** Milliseconds from creation to the run time-out. */
  readonly timeoutMs?: number;
  /** Milliseconds from creation to the first possible claim. @default 0 */
  readonly delayMs?: number;
  /** True when the caller chose the id, so that another uncommitted start of it may exist. */
  readonly idGiven: boolean;
}

/** One concurrency limit that an instance is subject to. @publicApi */
export interface ConcurrencySlot {
  /** `workflow` or `workflow:key`; shared by everything that counts together. */
  readonly key: string;
  /** How many instances may hold a slot of the key at one time. */
  readonly limit: number;
}

/** An instance as stored. Times are epoch milliseconds of the database's clock. @publicApi */
export interface InstanceRecord extends Omit<InstanceSeed, 'timeoutMs' | 'delayMs' | 'idGiven'> {
  readonly generation: number;
  readonly status: InstanceStatus;
  /** Raised at every claim and by `terminate`; every write of the owner checks it. */
  readonly fence: number;
  /** Raised by everything that could end a wait; a suspension is conditional on it. */
  readonly wakes: number;
  /** Positions up to this one were used, also where entries were removed since. */
  readonly head: number;
  /** Consecutive lost leases without a new entry. */
  readonly crashes: number;
  /** The last lifecycle event's number. */
  readonly eventSeq: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly endedAt?: number;
  readonly deadlineAt?: number;
  /** When the instance may be claimed: its turn, its next timer or the end of its lease; absent: only an outside event makes it due. */
  readonly dueAt?: number;
  readonly workerId?: string;
  readonly cancel?: CancelRequest;
  /** What `setStatus` last set, serialised. */
  readonly customStatus?: string;
  readonly output?: string;
  /** Serialised `ErrorRecord` of the outcome, or the reason of a quarantine. */
  readonly error?: string;
  /** Builds whose code did not match the journal. */
  readonly mismatchedBuilds: readonly string[];
}

/** What whoever waits for an instance gets to know of its end. @internal */
export type EndedInstance = Pick<InstanceRecord, 'id' | 'status' | 'output' | 'error' | 'cancel'>;
