import type { LifecycleEvent, LifecycleEventType } from '../../core/lifecycle/index.js';
import { StateTransitionedEvent } from './state-transitioned.event.js';
import { WorkflowCancelledEvent } from './workflow-cancelled.event.js';
import { WorkflowCompensatingEvent } from './workflow-compensating.event.js';
import { WorkflowCompensationFailedEvent } from './workflow-compensation-failed.event.js';
import { WorkflowCompletedEvent } from './workflow-completed.event.js';
import { WorkflowContinuedEvent } from './workflow-continued.event.js';
import { WorkflowFailedEvent } from './workflow-failed.event.js';
import { WorkflowQuarantinedEvent } from './workflow-quarantined.event.js';
import { WorkflowResumedEvent } from './workflow-resumed.event.js';
import { WorkflowRetriedEvent } from './workflow-retried.event.js';
import { WorkflowStartedEvent } from './workflow-started.event.js';
import { WorkflowStepCompensatedEvent } from './workflow-step-compensated.event.js';
import { WorkflowStepCompletedEvent } from './workflow-step-completed.event.js';
import { WorkflowStepFailedEvent } from './workflow-step-failed.event.js';
import { WorkflowSuspendedEvent } from './workflow-suspended.event.js';
import type { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

const EVENT_CLASSES: Readonly<Record<LifecycleEventType, new (event: LifecycleEvent) => WorkflowLifecycleEvent>> = {
  started: WorkflowStartedEvent,
  suspended: WorkflowSuspendedEvent,
  resumed: WorkflowResumedEvent,
  continued: WorkflowContinuedEvent,
  retried: WorkflowRetriedEvent,
  completed: WorkflowCompletedEvent,
  failed: WorkflowFailedEvent,
  cancelled: WorkflowCancelledEvent,
  compensating: WorkflowCompensatingEvent,
  compensation_failed: WorkflowCompensationFailedEvent,
  quarantined: WorkflowQuarantinedEvent,
  step_completed: WorkflowStepCompletedEvent,
  step_failed: WorkflowStepFailedEvent,
  step_compensated: WorkflowStepCompensatedEvent,
  state_transitioned: StateTransitionedEvent,
};

/** The event as an instance of its class. @internal */
export function toEventClass(event: LifecycleEvent): WorkflowLifecycleEvent {
  return new EVENT_CLASSES[event.type](event);
}
