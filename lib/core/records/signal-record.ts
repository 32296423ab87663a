import type { TerminalStatus } from './instance-status.js';

/** A signal on its way into the store. @publicApi */
export interface SignalSeed {
  /** Unique; the same id sent twice is one signal. */
  readonly id: string;
  /** The instance whose mailbox it is for; absent: every instance that waits for (name, key). */
  readonly workflowId?: string;
  readonly name: string;
  readonly key?: string;
  /** Serialised (and encoded) payload. */
  readonly payload?: string;
}

/** A signal as stored. @publicApi */
export interface SignalRecord extends SignalSeed {
  /** Order of arrival; ties and gaps are possible, nobody keeps a cursor over it. */
  readonly seq: number;
  /** Epoch milliseconds, database time. */
  readonly receivedAt: number;
}

/**
 * Payload of a {@link CHILD_OUTCOME_SIGNAL}, as plain JSON; `output` and `error` inside are serialised (and encoded) texts.
 *
 * @internal
 */
export interface ChildOutcome {
  readonly status: TerminalStatus;
  readonly output?: string;
  readonly error?: string;
}

/**
 * Payload of a {@link CLOSE_CANCEL_SIGNAL} or {@link CLOSE_TERMINATE_SIGNAL}, as plain JSON: what the router passes on to
 * `requestCancel` or `terminate`.
 *
 * @internal
 */
export interface CloseRequest {
  readonly reason: string;
  /** Serialised (and encoded) error, the child's outcome when it never ran or is terminated. */
  readonly error: string;
}

/** A child's outcome, in its parent's mailbox under the child's id as key. @internal */
export const CHILD_OUTCOME_SIGNAL = '$child';
/** Asks a child to cancel itself; applied by the router. @internal */
export const CLOSE_CANCEL_SIGNAL = '$close:cancel';
/** Terminates a child; applied by the router. @internal */
export const CLOSE_TERMINATE_SIGNAL = '$close:terminate';
