import type { Cancellable, Clock } from '../core/time/index.js';

/** Work without a promise that takes longer than this lets timers and sockets have their turn. */
const REST_AFTER_MS = 10;

/** Keeps a run within its limit, and off the event loop now and then: a loop over promises that are there already would hold both up. @internal */
export class RunPace {
  private restedAt: number;
  private readonly deadlineAt: number;
  private timer: Cancellable | undefined;

  /** @param timeoutMs `Infinity` for no limit. */
  constructor(
    private readonly clock: Clock,
    timeoutMs: number,
    private readonly onExpire: () => void,
  ) {
    this.restedAt = clock.monotonic();
    this.deadlineAt = this.restedAt + timeoutMs;
  }

  /** Looks at the time. @returns a promise when it is time to rest. */
  look(): Promise<void> | undefined {
    const now = this.clock.monotonic();
    if (now >= this.deadlineAt) this.onExpire();
    return now - this.restedAt > REST_AFTER_MS ? this.rest() : undefined;
  }

  /** Somebody waits: only then a timer keeps the process alive, and not for results that nobody asks for any more. */
  hold(): void {
    if (this.deadlineAt === Number.POSITIVE_INFINITY || this.timer !== undefined) return;
    this.timer = this.clock.schedule(this.deadlineAt - this.clock.monotonic(), this.onExpire);
  }

  /** Nobody waits any more. */
  release(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => {
      this.clock.macrotask(() => {
        this.restedAt = this.clock.monotonic();
        resolve();
      });
    });
  }
}
