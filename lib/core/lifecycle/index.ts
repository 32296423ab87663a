export { lifecycleEventId } from './lifecycle-event.js';
export type { LifecycleDetail, LifecycleEvent, LifecycleEventType, LifecycleListener } from './lifecycle-event.js';
export { LifecycleBus } from './lifecycle-bus.js';
export { silentLogger } from './logger.js';
export type { WorkflowLogger } from './logger.js';
