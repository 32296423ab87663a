import type {
  EntryKind,
  InstanceStatus,
  ParentClosePolicy,
  StepStatus,
  WorkflowAttributes,
  WorkflowHeaders,
} from '../core/records/index.js';

/** An instance as lists show it: no payloads. @publicApi */
export interface InstanceSummary {
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  readonly version: number;
  /** From 1; raised by `continueAsNew` and `restart`. */
  readonly generation: number;
  readonly status: InstanceStatus;
  readonly parentId?: string;
  readonly attributes: WorkflowAttributes;
  readonly headers: WorkflowHeaders;
  readonly priority: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly endedAt?: Date;
  /** When the whole run times out. */
  readonly deadlineAt?: Date;
  /** When it may be claimed next: its turn, its next timer, the end of its lease. Absent: only an outside event makes it due. */
  readonly dueAt?: Date;
  /** Builds whose code did not fit its journal: it waits for another one, or runs in it. Absent as a rule. */
  readonly mismatchedBuilds?: readonly string[];
}

/** One page of a list, newest first. @publicApi */
export interface InstancePage {
  readonly items: readonly InstanceSummary[];
  /** Give it as `cursor` to read on; absent on the last page. */
  readonly nextCursor?: string;
}

/** An instance as it stands, payloads decoded. @publicApi */
export interface InstanceView extends InstanceSummary {
  /** Input of the current generation. */
  readonly input: unknown;
  /** Present (and possibly `undefined` in value) once it is `completed`. */
  readonly output?: unknown;
  /** What it ended with, why it is quarantined, or how its journal does not fit the last of {@link mismatchedBuilds}. */
  readonly error?: Error;
  /** What the workflow last gave to `ctx.setStatus`. */
  readonly customStatus?: unknown;
  /** Set once somebody asked it to stop. */
  readonly cancel?: { readonly reason: string; readonly requestedAt: Date };
  /** Consecutive times that its worker was lost without progress. */
  readonly crashes: number;
  /** What it waits for. Only with `{ waits: true }` or `{ journal: true }`. */
  readonly waits?: readonly WaitView[];
  /** Steps that were begun and have no result yet; only those whose start is recorded (as a rule within a second). Only with `waits` or `journal`. */
  readonly openSteps?: readonly OpenStepView[];
  /** Signals of its own mailbox that nothing has taken yet. Only with `waits` or `journal`. */
  readonly unconsumedSignals?: readonly UnconsumedSignalView[];
  /** The journal of the current generation, in order. Only with `{ journal: true }`. */
  readonly journal?: readonly JournalEntryView[];
  /** Only with `{ children: true }`. */
  readonly children?: readonly InstanceSummary[];
}

/** A wait that goes on. @publicApi */
export interface WaitView {
  /** The wait's name in the workflow's code; of a child's result the name of the child. */
  readonly name: string;
  readonly since: Date;
  /** Stored instants by condition: `timer` of a sleep, `timeout` of a wait for a signal, or the names given to `waitForAny`. */
  readonly dueAt: Readonly<Record<string, Date>>;
}

/** A step that was begun. @publicApi */
export interface OpenStepView {
  readonly name: string;
  /** When its start was recorded: with its beginning, or, where nothing needs it then, after it has run for a second. */
  readonly since: Date;
  /** What the step last gave to `heartbeat`. */
  readonly progress?: unknown;
}

/** A signal that nothing has taken yet. @publicApi */
export interface UnconsumedSignalView {
  readonly signalId: string;
  readonly name: string;
  readonly key?: string;
  readonly payload: unknown;
  readonly receivedAt: Date;
}

/** One line of a journal, decoded for people. @publicApi */
export interface JournalEntryView {
  readonly position: number;
  /** As the workflow's code gave it; engine names start with `$`. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly status: StepStatus;
  /** Tries used, counting from 1; 0 where trying has no meaning. */
  readonly attempts: number;
  /** The last position that had been handed over when the call was made. */
  readonly calledAt: number;
  readonly recordedAt: Date;
  readonly value?: unknown;
  readonly error?: Error;
  /** The signal that this entry consumed. */
  readonly signalId?: string;
  /** Stored instants of a wait or retry. */
  readonly dueAt?: Readonly<Record<string, Date>>;
  /** Which condition of a wait came first. */
  readonly winner?: string;
  /** The child that was started, or whose outcome this is. */
  readonly child?: {
    readonly id: string;
    readonly workflow?: string;
    readonly version?: number;
    readonly parentClose?: ParentClosePolicy;
  };
}
