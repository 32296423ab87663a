import type { Clock } from '../time/index.js';

/**
 * A worker's right to write one instance, as far as the worker knows. Effects start only before its local deadline, which counts
 * from the sending of the last request that prolonged it, so that it ends here before it ends in the store.
 *
 * @internal
 */
export class Lease {
  private deadline: number;
  private isLost = false;

  /** @param sentAt Local monotonic time at which the claim (or renewal) was sent. */
  constructor(
    private readonly clock: Clock,
    readonly fence: number,
    sentAt: number,
    leaseMs: number,
  ) {
    this.deadline = sentAt + leaseMs;
  }

  /** Whether an effect may start now. */
  get isValid(): boolean {
    return !this.isLost && this.clock.monotonic() < this.deadline;
  }

  /** Until its end here; not positive once it has run out. */
  get remainingMs(): number {
    return this.deadline - this.clock.monotonic();
  }

  prolong(sentAt: number, leaseMs: number): void {
    this.deadline = Math.max(this.deadline, sentAt + leaseMs);
  }

  lose(): void {
    this.isLost = true;
  }
}
