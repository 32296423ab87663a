import { AsyncResource } from 'node:async_hooks';

/** Where no request and no step is to be found: what waits here belongs to nobody who happened to be first in line. */
const ownContext = new AsyncResource('WorkflowMacrotasks');

let waiting: (() => void)[] = [];

/**
 * Runs a callback one macrotask later, after every promise callback that is ready now. All that wait share one macrotask, since one
 * costs more than most of what is done in it.
 *
 * @internal
 */
export function queueMacrotask(callback: () => void): void {
  if (waiting.push(callback) === 1) schedule();
}

function schedule(): void {
  setImmediate(() => {
    ownContext.runInAsyncScope(runAll);
  });
}

function runAll(): void {
  const callbacks = waiting;
  waiting = [];
  let done = 0;
  try {
    for (const callback of callbacks) {
      done += 1;
      callback();
    }
  } finally {
    // One that throws is reported by the process; the others still come.
    if (done < callbacks.length) {
      waiting = callbacks.slice(done).concat(waiting);
      schedule();
    }
  }
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
