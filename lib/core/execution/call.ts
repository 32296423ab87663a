import type { DeliveredKind, EntryData, JournalEntry, StepStatus } from '../records/index.js';
import type { FlushUnit } from '../store/index.js';
import type { CallHost } from './call-host.js';

/** A result on its way to the workflow's code, recorded or fresh. @internal */
export interface Delivery {
  readonly status: StepStatus;
  readonly value: unknown;
  readonly error: Error | undefined;
  readonly data: EntryData | undefined;
}

/** A fresh result that waits for its turn to be handed over. @internal */
export interface Arrival {
  readonly call: Call;
  readonly status: StepStatus;
  readonly attempts: number;
  /** The result before the codec; absent: `undefined`. */
  readonly text?: string | undefined;
  /** The same, as it is stored. */
  readonly sealed?: string | undefined;
  readonly error?: Error;
  readonly sealedError?: string;
  readonly signalId?: string;
  readonly data?: EntryData;
  /** Called in the turn of the hand-over, when the entry has its position: stages what travels with it. */
  readonly onPlaced?: (entry: JournalEntry) => void;
  /** Present for a transactional step: its transaction writes the entry, before the hand-over. */
  readonly commit?: TransactionTurn;
}

/** A transaction that is ready to commit and waits for its turn. @internal */
export interface TransactionTurn {
  /** Writes the unit as the transaction's last statement and commits; false when it was rolled back instead. */
  grant(unit: FlushUnit): Promise<boolean>;
  /** False once granted or refused. */
  readonly isOpen: boolean;
  /** Rolls back: the instance is not ours any more. */
  refuse(reason: Error): void;
}

/**
 * One call of the workflow's code whose result is journaled. The promise never raises `unhandledRejection`: the loser of a race
 * may reject unseen.
 *
 * @internal
 */
export abstract class Call<T = unknown> {
  readonly promise: Promise<T>;
  /** Handed over: nothing more happens to it. */
  isSettled = false;
  private resolvePromise!: (value: T) => void;
  private rejectPromise!: (error: unknown) => void;

  /**
   * @param name Key in the journal.
   * @param kind Kind of the entry that ends the call.
   * @param calledAt The last position that had been handed over when the call was made.
   */
  constructor(
    readonly name: string,
    readonly kind: DeliveredKind,
    readonly calledAt: number,
  ) {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolvePromise = resolve;
      this.rejectPromise = reject;
    });
    this.promise.catch(() => undefined);
  }

  /** Whether the instance's past must be durable before the call begins, because it has an effect. */
  abstract readonly hasEffect: boolean;

  /** Registers the call in the turn in which it was made (live only): markers, waits. */
  abstract prepare(host: CallHost): void;

  /** Begins the effect, once the past is durable. */
  begin(_host: CallHost): void {
    // Calls without an effect have nothing to begin.
  }

  /** Turns a result into what the code receives. */
  protected abstract receive(delivery: Delivery): T;

  /** Hands the result over. Returns the error it hands over, if it is one. */
  deliver(delivery: Delivery): Error | undefined {
    this.isSettled = true;
    try {
      this.resolvePromise(this.receive(delivery));
      return undefined;
    } catch (error) {
      this.rejectPromise(error);
      return error as Error;
    }
  }

  /** Rejects the call because the run stops; nothing is recorded for it. */
  abandon(reason: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.rejectPromise(reason);
  }
}
