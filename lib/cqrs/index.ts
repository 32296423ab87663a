export { CqrsBridge } from './cqrs.bridge.js';
export type { CqrsConnection } from './cqrs.bridge.js';
export { EventOutlet } from './event-outlet.js';
export { WorkflowEvents } from './workflow-events.js';

// Lifecycle events
export type { WorkflowEventError } from './events/index.js';
export {
  StateTransitionedEvent,
  WorkflowCancelledEvent,
  WorkflowCompensatingEvent,
  WorkflowCompensationFailedEvent,
  WorkflowCompletedEvent,
  WorkflowContinuedEvent,
  WorkflowFailedEvent,
  WorkflowLifecycleEvent,
  WorkflowQuarantinedEvent,
  WorkflowResumedEvent,
  WorkflowRetriedEvent,
  WorkflowStartedEvent,
  WorkflowStepCompensatedEvent,
  WorkflowStepCompletedEvent,
  WorkflowStepFailedEvent,
  WorkflowSuspendedEvent,
} from './events/index.js';

// The other direction
export { SignalOn, StartOn } from './triggers/index.js';
export type { EventClass, FromEvent, SignalOnOptions, StartOnOptions } from './triggers/index.js';
