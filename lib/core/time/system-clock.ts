import { queueMacrotask } from './macrotask-queue.js';
import type { Cancellable, Clock, ScheduleOptions } from './clock.js';

/** The longest delay of a Node timer; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

class SystemTimer implements Cancellable {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dueAt: number,
    private readonly callback: () => void,
    private readonly unref: boolean,
  ) {
    this.arm(dueAt - performance.now());
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private arm(remainingMs: number): void {
    this.timer = setTimeout(() => this.fire(), Math.min(Math.ceil(remainingMs), MAX_TIMER_MS));
    if (this.unref) this.timer.unref();
  }

  private fire(): void {
    const remainingMs = this.dueAt - performance.now();
    // A Node timer may come up to a millisecond early, and a long delay is a chain of timers.
    if (remainingMs > 0) return this.arm(remainingMs);
    this.timer = undefined;
    this.callback();
  }
}

/** The time of this machine. @publicApi */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (delayMs: number, callback: () => void, options?: ScheduleOptions) =>
    new SystemTimer(performance.now() + (delayMs > 0 ? delayMs : 0), callback, options?.unref ?? false),
  macrotask: queueMacrotask,
};
