// Values
export { MAX_DURATION_MS, formatDuration, parseDuration, parseSeconds, type Duration } from './duration.js';
export { parseInstant, type Instant } from './instant.js';

// Clocks
export type { Cancellable, Clock, ScheduleOptions } from './clock.js';
export { systemClock } from './system-clock.js';
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.js';
export { StoreTime } from './store-time.js';

// Waiting
export { afterPromises, queueMacrotask, queueSettling, queueTick } from './macrotask-queue.js';
export { delay } from './delay.js';
export { TimerQueue } from './timer-queue.js';

// What comes first
export { IndexedHeap, type HeapItem } from './indexed-heap.js';
export { timerFunctions } from './timer-functions.js';
export type { TimerFunctions } from './timer-functions.js';
