import type { DeliveredKind, EntryData, JournalEntry, StepStatus } from '../records/index.js';
import type { FlushResult, FlushUnit } from '../store/index.js';

/** A result on its way to the workflow's code, recorded or fresh. @internal */
export interface Delivery {
  readonly status: StepStatus;
  readonly value: unknown;
  readonly error: Error | undefined;
  readonly data: EntryData | undefined;
}

/** Who a result is for. @internal */
export interface Receiver {
  /** Key in the journal. */
  readonly name: string;
  /** Kind of the entry that ends the call. */
  readonly kind: DeliveredKind;
  /** The last position that had been handed over when the call was made. */
  readonly calledAt: number;
  /** Whether somebody may ask for its entry after the hand-over. */
  readonly leavesSomething: boolean;
  /** Hands the result over. Returns the error it hands over, if it is one. */
  deliver(delivery: Delivery): Error | undefined;
}

/** A fresh result that waits for its turn to be handed over. @internal */
export interface Arrival {
  readonly call: Receiver;
  readonly status: StepStatus;
  readonly attempts: number;
  /** The result before the codec; absent: `undefined`. */
  readonly text?: string | undefined;
  /** The result itself, where a step has just brought it forth; it is handed over as its text says. */
  readonly value?: unknown;
  /** The result, or the error, as it is stored; set on its way into the line. */
  sealed?: string | undefined;
  readonly error?: Error;
  readonly signalId?: string;
  readonly data?: EntryData;
  /** The stored instant that caused it, epoch milliseconds: its record is not older. */
  readonly dueAt?: number;
  /** Called in the turn of the hand-over, when the entry has its position: stages what travels with it. */
  readonly onPlaced?: (entry: JournalEntry) => void;
  /** Present for a transactional step: its transaction writes the entry, before the hand-over. */
  readonly commit?: TransactionTurn;
}

/** A transaction that is ready to commit and waits for its turn. @internal */
export interface TransactionTurn {
  /** False once granted or refused. */
  readonly isOpen: boolean;
  /** Writes the unit as the transaction's last statement and commits; nothing when it was rolled back instead. */
  grant(unit: FlushUnit): Promise<FlushResult | undefined>;
  /** Rolls back: the instance is not ours any more. */
  refuse(reason: Error): void;
}
