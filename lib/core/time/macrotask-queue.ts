import { AsyncResource } from 'node:async_hooks';

/** Where no request and no step is to be found: what waits here belongs to nobody who happened to be first in line. */
const ownContext = new AsyncResource('WorkflowMacrotasks');

const SETTLED = Promise.resolve();

/** Callbacks that wait for one thing, and share it. */
class SharedTurn {
  private waiting: (() => void)[] = [];

  /** @param schedule Has `run` called once, with what {@link take} has answered. */
  constructor(private readonly schedule: (turn: SharedTurn) => void) {}

  add(callback: () => void): void {
    if (this.waiting.push(callback) === 1) this.schedule(this);
  }

  take(): (() => void)[] {
    const callbacks = this.waiting;
    this.waiting = [];
    return callbacks;
  }

  run(callbacks: (() => void)[]): void {
    ownContext.runInAsyncScope(() => {
      this.runAll(callbacks);
    });
  }

  private runAll(callbacks: (() => void)[]): void {
    let done = 0;
    try {
      for (const callback of callbacks) {
        done += 1;
        callback();
      }
    } finally {
      // One that throws is reported by the process; the others still come.
      if (done < callbacks.length) {
        this.waiting = callbacks.slice(done).concat(this.waiting);
        this.schedule(this);
      }
    }
  }
}

const macrotasks = new SharedTurn((turn) => {
  setImmediate(() => {
    turn.run(turn.take());
  });
});

const ticks = new SharedTurn((turn) => {
  process.nextTick(() => {
    turn.run(turn.take());
  });
});

// A tick that is asked for outside of a promise callback comes before all of them; one that a promise callback asks for, after all.
const settlings = new SharedTurn((turn) => {
  void SETTLED.then(() => {
    const callbacks = turn.take();
    process.nextTick(() => {
      turn.run(callbacks);
    });
  });
});

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
  process.nextTick(callback);
}
