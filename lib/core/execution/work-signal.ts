import { queueTick } from '../time/index.js';

/** Lets one loop sleep until somebody has work for it; a raise that comes first is not lost. @internal */
export class WorkSignal {
  private isRaised = false;
  private sleeper: (() => void) | undefined;

  raise(): void {
    const { sleeper } = this;
    this.isRaised = true;
    if (sleeper === undefined) return;
    this.sleeper = undefined;
    // Not at once: whoever raises is in the middle of something.
    queueTick(sleeper);
  }

  /** Whoever is about to look around sees everything that was raised until now. */
  clear(): void {
    this.isRaised = false;
  }

  /** Calls back once something was raised since the last {@link clear}. At most one sleeps. */
  callBack(sleeper: () => void): void {
    if (this.isRaised) queueTick(sleeper);
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
