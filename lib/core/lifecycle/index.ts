export { summariseError } from './error-summary.js';
export { lifecycleEventId } from './lifecycle-event.js';
export type { LifecycleDetail, LifecycleEvent, LifecycleEventType, StreamItem } from './lifecycle-event.js';
export { LifecycleBus } from './lifecycle-bus.js';
export type { LifecycleListener } from './lifecycle-bus.js';
export { processLogger, silentLogger } from './logger.js';
export type { WorkflowLogger } from './logger.js';
export { startedEvent } from './started-event.js';
