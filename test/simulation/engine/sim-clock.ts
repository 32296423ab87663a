import type { Cancellable, Clock } from '../../../lib/core/time/index.js';
import type { Loop, Scheduler } from './scheduler.js';

/** What the wall clocks show when a simulation begins. */
export const EPOCH_MS = 1_767_225_600_000;

/** One process's clock over the scheduler: its timers stop with it, its wall clock may be wrong. */
export class SimClock implements Clock {
  /** How far the wall clock is off; monotonic time never is. */
  wallOffsetMs = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly loop: Loop,
  ) {}

  now(): number {
    return Math.floor(EPOCH_MS + this.scheduler.now + this.wallOffsetMs);
  }

  monotonic(): number {
    return this.scheduler.now;
  }

  schedule(delayMs: number, callback: () => void): Cancellable {
    return { cancel: this.scheduler.timer(this.loop, delayMs, callback) };
  }

  macrotask(callback: () => void): void {
    this.scheduler.macrotask(this.loop, callback);
  }
}
