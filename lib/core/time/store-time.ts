import type { Clock } from './clock.js';

/** Two clocks of ordinary machines part by less than a millisecond in this time. */
const DRIFT_FREE_MS = 5_000;

/**
 * The store's time as this process can know it. An answer tells the time at which it was made; since it was made before it arrived,
 * that time plus what has passed here since its arrival is never ahead of the store. So nothing judged by it is early.
 *
 * @internal
 */
export class StoreTime {
  private base: number;
  private receivedAt: number;
  private known = false;

  constructor(private readonly clock: Clock) {
    this.base = clock.now();
    this.receivedAt = clock.monotonic();
  }

  /** Takes in the time of an answer that has just arrived. The first one replaces the guess from the local clock. */
  observe(storeNow: number): void {
    const monotonic = this.clock.monotonic();
    const age = monotonic - this.receivedAt;
    // The greater of two lower bounds is the better one, while the older is young enough for the clocks not to have drifted apart.
    if (this.known && age < DRIFT_FREE_MS && storeNow <= this.base + age) return;
    this.known = true;
    this.base = storeNow;
    this.receivedAt = monotonic;
  }

  /** Whether the store has told its time; before, {@link now} is a guess by the local wall clock. */
  get isKnown(): boolean {
    return this.known;
  }

  /** Epoch milliseconds, whole; at or before the store's own. May go back, when a bound that was better has grown old. */
  now(): number {
    return Math.floor(this.base + (this.clock.monotonic() - this.receivedAt));
  }
}
