import type { Clock } from '../core/time/index.js';

/** Something that an open transaction holds until its end: an instance row, or the id of an instance not yet visible. @internal */
export class Lock {
  readonly released: Promise<void>;
  private open!: () => void;

  constructor() {
    this.released = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  release(): void {
    this.open();
  }
}

/** Waits for a lock for so long; tells whether it was released. @internal */
export function waitForRelease(lock: Lock, clock: Clock, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.schedule(timeoutMs, () => resolve(false));
    void lock.released.then(() => {
      timer.cancel();
      resolve(true);
    });
  });
}
