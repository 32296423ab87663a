import type { Cancellable, Clock } from './clock.js';
import { queueMacrotask } from './macrotask-queue.js';
import { parseDuration, type Duration } from './duration.js';
import { IndexedHeap, type HeapItem } from './indexed-heap.js';
import { parseInstant, type Instant } from './instant.js';

/** @publicApi */
export interface VirtualClockOptions {
  /**
   * What the wall clock shows at first.
   * @default '2026-01-01T00:00:00Z'
   */
  readonly start?: Instant;
  /**
   * Runs a callback one macrotask later. A deterministic simulation gives its own queue.
   * @default the next turn of Node's event loop
   */
  readonly scheduler?: (callback: () => void) => void;
}

interface VirtualTimer extends HeapItem<VirtualTimer> {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** After this many macrotasks in which nobody used the clock, what a callback set off is taken to be finished. */
const QUIET_TURNS = 10;

/** Bounds the wait for quiet, so that a loop over macrotasks cannot hold the clock for ever. */
const MAX_TURNS = 10_000;

/**
 * A clock that stands still until a test moves it, so that days pass in no time and nothing depends on the speed of the
 * machine.
 *
 * @example
 * const clock = new VirtualClock();
 * await clock.advance('3d');
 *
 * @publicApi
 */
export class VirtualClock implements Clock {
  private readonly timers = new IndexedHeap<VirtualTimer>(
    (a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order),
  );
  private readonly scheduler: (callback: () => void) => void;
  private wallMs: number;
  private elapsedMs = 0;
  private order = 0;
  /** Raised by every use, so that quiet can be told from work. */
  private uses = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.wallMs = parseInstant(options.start ?? '2026-01-01T00:00:00Z', 'start of the virtual clock');
    this.scheduler = options.scheduler ?? queueMacrotask;
  }

  now(): number {
    return this.wallMs;
  }

  monotonic(): number {
    return this.elapsedMs;
  }

  /** How many callbacks are scheduled and neither cancelled nor run. */
  get pending(): number {
    return this.timers.size;
  }

  /** Milliseconds until the earliest scheduled callback; `undefined` when there is none. */
  get nextInMs(): number | undefined {
    const next = this.timers.peek();
    return next === undefined ? undefined : Math.max(0, next.dueMs - this.elapsedMs);
  }

  schedule(delayMs: number, callback: () => void): Cancellable {
    this.uses++;
    const timer: VirtualTimer = {
      // Whole milliseconds only, so that sums stay exact and a timer is never a rounding error away from its due time.
      dueMs: this.elapsedMs + (delayMs > 0 ? Math.ceil(delayMs) : 0),
      order: this.order++,
      callback,
      heap: undefined,
      heapIndex: -1,
    };
    this.timers.push(timer);
    return { cancel: () => timer.heap?.remove(timer) };
  }

  macrotask(callback: () => void): void {
    this.uses++;
    this.scheduler(callback);
  }

  /**
   * Lets time pass: runs every callback that falls due, in the order of their due times, and after each one lets the
   * work it set off go on until nobody uses the clock. Callbacks scheduled meanwhile run as well when they fall due in time.
   * Work that waits for something outside the process, such as a database, may need another call.
   */
  async advance(duration: Duration): Promise<void> {
    const untilMs = this.elapsedMs + parseDuration(duration, 'duration to advance');
    await this.settle();
    for (let next = this.timers.peek(); next !== undefined && next.dueMs <= untilMs; next = this.timers.peek()) {
      this.timers.remove(next);
      this.moveTo(next.dueMs);
      next.callback();
      await this.settle();
    }
    this.moveTo(untilMs);
    await this.settle();
  }

  /** Lets time pass, as {@link advance} does, until the wall clock shows an instant; one in the past changes nothing. */
  async advanceTo(instant: Instant): Promise<void> {
    await this.advance(Math.max(0, parseInstant(instant, 'instant to advance to') - this.wallMs));
  }

  /** Corrects the wall clock, forwards or back, as an operator would. No time passes: nothing falls due. */
  set(instant: Instant): void {
    this.wallMs = parseInstant(instant, 'instant to set');
  }

  private moveTo(elapsedMs: number): void {
    // Another advance may have gone further in the meantime.
    const passedMs = Math.max(0, elapsedMs - this.elapsedMs);
    this.elapsedMs += passedMs;
    this.wallMs += passedMs;
  }

  private async settle(): Promise<void> {
    let seen = this.uses;
    for (let turn = 0, quiet = 0; quiet < QUIET_TURNS && turn < MAX_TURNS; turn++) {
      await new Promise<void>((resolve) => this.scheduler(resolve));
      quiet = this.uses === seen ? quiet + 1 : 0;
      seen = this.uses;
    }
  }
}
