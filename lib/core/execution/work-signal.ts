import type { Clock } from '../time/index.js';

/** Lets one loop sleep until somebody has work for it; a raise that comes first is not lost. @internal */
export class WorkSignal {
  private isRaised = false;
  private sleeper: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  raise(): void {
    const { sleeper } = this;
    this.isRaised = true;
    if (sleeper === undefined) return;
    this.sleeper = undefined;
    // In a macrotask of its own: whoever raises is in the middle of something.
    this.clock.macrotask(sleeper);
  }

  /** Whoever is about to look around sees everything that was raised until now. */
  clear(): void {
    this.isRaised = false;
  }

  /** Calls back once something was raised since the last {@link clear}. At most one sleeps. */
  callBack(sleeper: () => void): void {
    if (this.isRaised) this.clock.macrotask(sleeper);
    else this.sleeper = sleeper;
  }

  /** The same with a promise; what was raised until then counts as seen. */
  async wait(): Promise<void> {
    if (!this.isRaised) {
      await new Promise<void>((resolve) => {
        this.sleeper = resolve;
      });
    }
    this.isRaised = false;
  }
}
