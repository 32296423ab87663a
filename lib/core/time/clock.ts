/** Something that was scheduled. @publicApi */
export interface Cancellable {
  /** Makes sure the callback does not run any more. Safe to call twice, and after it has run. */
  cancel(): void;
}

/** @publicApi */
export interface ScheduleOptions {
  /**
   * Lets the process end although the callback has not run.
   * @default false
   */
  readonly unref?: boolean;
}

/** The only source of time of the engine. Tests put a `VirtualClock` in its place. @publicApi */
export interface Clock {
  /** The wall clock: milliseconds since the epoch. May jump. */
  now(): number;
  /** Milliseconds, with fractions, since some fixed instant. Never goes back. */
  monotonic(): number;
  /**
   * Runs a callback once, at or after `delayMs` from now, never before. Any length is accepted, also beyond the
   * 2^31-1 ms of a Node timer; what is not positive runs as soon as possible, but never within this call.
   */
  schedule(delayMs: number, callback: () => void, options?: ScheduleOptions): Cancellable;
  /** Runs a callback one macrotask later, after every promise callback that is ready now. */
  macrotask(callback: () => void): void;
}
