import { limit as readLimit } from '../options/index.js';

/** Somebody who waits for a turn; a node of a doubly linked list, so that joining, leaving and being called are all O(1). */
interface Waiter {
  previous: Waiter | undefined;
  next: Waiter | undefined;
  readonly begin: () => void;
}

/**
 * Runs at most so many functions at a time. The others wait, first come first served, and may give up waiting.
 *
 * @internal
 */
export class ConcurrencyLimiter {
  private active = 0;
  private waiters = 0;
  private first: Waiter | undefined;
  private last: Waiter | undefined;

  /**
   * @param limit A whole number from 1, or `Infinity`.
   * @param place What the limit belongs to, for the message.
   * @throws {@link WorkflowOptionsError} for any other limit.
   */
  constructor(
    readonly limit: number,
    place = 'concurrency',
  ) {
    readLimit(limit, limit, place);
  }

  /** How many functions run now. */
  get activeCount(): number {
    return this.active;
  }

  /** How many wait for their turn. */
  get waitingCount(): number {
    return this.waiters;
  }

  /**
   * Runs a function when it is its turn; at once, within this call, when there is room.
   *
   * @param signal Ends the waiting, not the function: the promise rejects with its reason, and the function is never called.
   */
  run<T>(fn: () => T | PromiseLike<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return rejected(signal.reason);
    if (this.active < this.limit) {
      this.active++;
      return this.occupy(fn);
    }
    return this.turn(signal).then(() => this.occupy(fn));
  }

  /** Gives the place of the function that asks for it away until something has happened, and then waits for a turn again. */
  async away<T>(waiting: PromiseLike<T>): Promise<T> {
    this.release();
    try {
      return await waiting;
    } finally {
      if (this.active < this.limit) this.active++;
      else await this.turn(undefined);
    }
  }

  private async occupy<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    try {
      return await fn();
    } finally {
      this.release();
    }
  }

  /** Resolves once a place was handed over. */
  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.leave(waiter);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason reaches the caller unchanged
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        previous: undefined,
        next: undefined,
        begin: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.join(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Hands the place to the one who has waited longest, without freeing it: nobody can overtake. */
  private release(): void {
    const { first } = this;
    if (first === undefined) {
      this.active--;
    } else {
      this.leave(first);
      first.begin();
    }
  }

  private join(waiter: Waiter): void {
    waiter.previous = this.last;
    if (this.last === undefined) this.first = waiter;
    else this.last.next = waiter;
    this.last = waiter;
    this.waiters++;
  }

  private leave(waiter: Waiter): void {
    if (waiter.previous === undefined) this.first = waiter.next;
    else waiter.previous.next = waiter.next;
    if (waiter.next === undefined) this.last = waiter.previous;
    else waiter.next.previous = waiter.previous;
    this.waiters--;
  }
}

async function rejected(reason: unknown): Promise<never> {
  throw reason;
}
