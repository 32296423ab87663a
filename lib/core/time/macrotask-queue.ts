import { AsyncResource } from 'node:async_hooks';

/** Where no request and no step is to be found: what waits here belongs to nobody who happened to be first in line. */
const ownContext = new AsyncResource('WorkflowMacrotasks');

const SETTLED = Promise.resolve();

/** Callbacks that wait for one thing, and share it: each of its own would be dear where asynchronous hooks are on. */
class SharedTurn {
  /** What runs now, of whatever turn. */
  private static running: (() => void)[] | undefined;
  private waiting: (() => void)[] | undefined;

  /** @param schedule Has what it is given called once, for all that waits by then. */
  constructor(private readonly schedule: (run: () => void) => void) {}

  /** Has a callback run behind all that runs now; false when nothing does. */
  static follow(callback: () => void): boolean {
    return SharedTurn.running !== undefined && SharedTurn.running.push(callback) > 0;
  }

  add(callback: () => void): void {
    if (this.waiting !== undefined) {
      this.waiting.push(callback);
      return;
    }
    // An array that begins with its one item is a fraction of the size of one that grows, and most turns have one.
    this.waiting = [callback];
    this.schedule(this.run);
  }

  /** Has what waits wait for another turn. */
  passTo(other: SharedTurn): void {
    const callbacks = this.take();
    for (const callback of callbacks) other.add(callback);
  }

  private take(): (() => void)[] {
    const callbacks = this.waiting ?? [];
    this.waiting = undefined;
    return callbacks;
  }

  private readonly run = (): void => {
    ownContext.runInAsyncScope(this.runAll);
  };

  private readonly runAll = (): void => {
    const callbacks = this.take();
    let done = 0;
    SharedTurn.running = callbacks;
    try {
      for (const callback of callbacks) {
        done += 1;
        callback();
      }
    } finally {
      SharedTurn.running = undefined;
      // One that throws is reported by the process; the others still come.
      if (done < callbacks.length) this.putBack(callbacks.slice(done));
    }
  };

  private putBack(callbacks: (() => void)[]): void {
    this.waiting = callbacks.concat(this.take());
    this.schedule(this.run);
  }
}

const macrotasks = new SharedTurn((run) => {
  setImmediate(run);
});

const ticks = new SharedTurn((run) => {
  process.nextTick(run);
});

// A tick that is asked for outside of a promise callback comes before all of them; one that a promise callback asks for, after all.
const settlings = new SharedTurn(() => {
  void SETTLED.then(settle);
});

function settle(): void {
  settlings.passTo(ticks);
}

/**
 * Runs a callback one macrotask later, after every promise callback that is ready now. All that wait share one macrotask, since one
 * costs more than most of what is done in it.
 *
 * @internal
 */
export function queueMacrotask(callback: () => void): void {
  macrotasks.add(callback);
}

/**
 * Runs a callback as soon as whoever calls has come to an end, in the same macrotask, outside of the caller's request or step.
 *
 * @internal
 */
export function queueTick(callback: () => void): void {
  ticks.add(callback);
}

/**
 * Runs a callback once every promise callback has run that is ready now, and all that these make ready, in the same macrotask: code
 * that awaits nothing but promises goes no further by itself.
 *
 * @internal
 */
export function queueSettling(callback: () => void): void {
  settlings.add(callback);
}

/**
 * Runs a callback after every promise callback that is ready now, but before anything else happens: what this turn of the process
 * brings forth is there then.
 *
 * @internal
 */
export function afterPromises(callback: () => void): void {
  // A tick would come there as well: between what runs now and the promises that it makes ready.
  if (!SharedTurn.follow(callback)) process.nextTick(callback);
}
