import type { Cancellable, Clock, ScheduleOptions } from './clock.js';
import { IndexedHeap, type HeapItem } from './indexed-heap.js';

interface QueuedTimer extends HeapItem<QueuedTimer> {
  readonly id: string;
  /** On the monotonic clock. */
  readonly dueMs: number;
  /** Arbiter between equal due times: first set, first fired. */
  readonly order: number;
}

/**
 * Any number of timers over one timer of the clock. A timer is an id and a due time; what is due is handed to the one
 * callback given here, so that a forgotten timer keeps nothing else alive.
 *
 * @internal
 */
export class TimerQueue {
  private readonly timers = new Map<string, QueuedTimer>();
  private readonly heap = new IndexedHeap<QueuedTimer>(
    (a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order),
  );
  private armed: Cancellable | undefined;
  private armedForMs = Number.POSITIVE_INFINITY;
  private order = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: (id: string) => void,
    private readonly options: ScheduleOptions = {},
  ) {}

  /** How many timers are waiting. */
  get size(): number {
    return this.timers.size;
  }

  /** Whether a timer with this id is waiting. */
  has(id: string): boolean {
    return this.timers.has(id);
  }

  /** Milliseconds until a timer is due; `undefined` when none has this id. */
  remaining(id: string): number | undefined {
    const timer = this.timers.get(id);
    return timer === undefined ? undefined : Math.max(0, timer.dueMs - this.clock.monotonic());
  }

  /** Sets a timer to `delayMs` from now. A timer that has the same id is replaced. */
  set(id: string, delayMs: number): void {
    const dueMs = this.clock.monotonic() + (delayMs > 0 ? delayMs : 0);
    const timer: QueuedTimer = { id, dueMs, order: this.order++, heap: undefined, heapIndex: -1 };
    this.take(id);
    this.timers.set(id, timer);
    this.heap.push(timer);
    if (dueMs < this.armedForMs) this.arm();
  }

  /** Removes a timer. @returns whether it was waiting. */
  remove(id: string): boolean {
    const wasWaiting = this.take(id);
    if (this.timers.size === 0) this.disarm();
    return wasWaiting;
  }

  /** Removes every timer and lets go of the clock. The queue stays usable. */
  clear(): void {
    for (const id of [...this.timers.keys()]) this.take(id);
    this.disarm();
  }

  private fire(): void {
    this.disarm();
    const nowMs = this.clock.monotonic();
    try {
      // A timer set by a callback waits for the next turn, also when it is due already.
      const firstLater = this.order;
      for (let head = this.heap.peek(); head !== undefined && head.dueMs <= nowMs; head = this.heap.peek()) {
        if (head.order >= firstLater) break;
        this.take(head.id);
        this.onDue(head.id);
      }
    } finally {
      // Also after a callback that threw: the other timers must still fire.
      this.arm();
    }
  }

  private take(id: string): boolean {
    const timer = this.timers.get(id);
    timer?.heap?.remove(timer);
    return this.timers.delete(id);
  }

  private arm(): void {
    const head = this.heap.peek();
    if (head === undefined || head.dueMs >= this.armedForMs) return;
    this.disarm();
    this.armedForMs = head.dueMs;
    this.armed = this.clock.schedule(head.dueMs - this.clock.monotonic(), () => this.fire(), this.options);
  }

  private disarm(): void {
    this.armed?.cancel();
    this.armed = undefined;
    this.armedForMs = Number.POSITIVE_INFINITY;
  }
}
