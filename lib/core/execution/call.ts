import type { DeliveredKind } from '../records/index.js';
import type { Delivery, Receiver } from './arrival.js';
import type { CallHost } from './call-host.js';

/**
 * One call of the workflow's code whose result is journaled. The promise never raises `unhandledRejection`: the loser of a race
 * may reject unseen.
 *
 * @internal
 */
export abstract class Call<T = unknown> implements Receiver {
  readonly promise: Promise<T>;
  /** Handed over: nothing more happens to it. */
  isSettled = false;
  private resolvePromise!: (value: T) => void;
  private rejectPromise!: (error: unknown) => void;

  constructor(
    readonly name: string,
    readonly kind: DeliveredKind,
    readonly calledAt: number,
  ) {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolvePromise = resolve;
      this.rejectPromise = reject;
    });
  }

  /** Whether the instance's past must be durable before the call begins, because it has an effect. */
  abstract readonly hasEffect: boolean;

  /** Whether somebody may ask for the call after its hand-over: when the run ends, or undoes what it has done. */
  get leavesSomething(): boolean {
    return true;
  }

  /** Registers the call in the turn in which it was made (live only): markers, waits. */
  abstract prepare(host: CallHost): void;

  /** Begins the effect, once the past is durable. */
  begin(_host: CallHost): void {
    // Calls without an effect have nothing to begin.
  }

  /** Notes on the journal that a body has been running for a while. */
  recordLateStart(_host: CallHost): void {
    // Only steps have bodies.
  }

  /** Turns a result into what the code receives. */
  protected abstract receive(delivery: Delivery): T;

  deliver(delivery: Delivery): Error | undefined {
    this.isSettled = true;
    try {
      this.resolvePromise(this.receive(delivery));
      return undefined;
    } catch (error) {
      this.reject(error);
      return error as Error;
    }
  }

  /** Rejects the call because the run stops; nothing is recorded for it. */
  abandon(reason: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.reject(reason);
  }

  private reject(reason: unknown): void {
    this.promise.catch(() => undefined);
    this.rejectPromise(reason);
  }
}
