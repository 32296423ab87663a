import type { Cancellable, Clock } from './clock.js';

/** A clock in the shape of the platform's timers, for libraries that ask for one. @internal */
export interface TimerFunctions {
  setTimeout(callback: () => void, delayMs: number): Cancellable;
  clearTimeout(timer: Cancellable | undefined): void;
}

/** @internal */
export function timerFunctions(clock: Clock): TimerFunctions {
  return {
    setTimeout: (callback, delayMs) => clock.schedule(delayMs, callback),
    clearTimeout: (timer) => timer?.cancel(),
  };
}
