import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import {
  WorkflowCancelledEvent,
  WorkflowCompensatingEvent,
  WorkflowCompletedEvent,
  WorkflowFailedEvent,
  WorkflowStartedEvent,
  WorkflowStepCompensatedEvent,
  WorkflowStepCompletedEvent,
  type WorkflowLifecycleEvent,
} from 'nestjs-workflow';
import { ORDER } from './order.saga.js';

/** Says on the terminal what happens to orders. Steps are told because the module was given `events: { steps: true }`. */
@EventsHandler(
  WorkflowStartedEvent,
  WorkflowStepCompletedEvent,
  WorkflowCompensatingEvent,
  WorkflowStepCompensatedEvent,
  WorkflowCompletedEvent,
  WorkflowFailedEvent,
  WorkflowCancelledEvent,
)
export class OrderAnnouncer implements IEventHandler<WorkflowLifecycleEvent> {
  handle(event: WorkflowLifecycleEvent): void {
    if (event.workflowName === ORDER) console.log(`Order ${event.workflowId}: ${wordsFor(event)}`);
  }
}

function wordsFor(event: WorkflowLifecycleEvent): string {
  if (event instanceof WorkflowStepCompletedEvent) return `${event.step} is done`;
  if (event instanceof WorkflowStepCompensatedEvent) return `${event.step} is undone`;
  if (event instanceof WorkflowCompensatingEvent) return `undoing, because ${event.reason ?? event.error?.message}`;
  if (event instanceof WorkflowStartedEvent) return 'placed';

  return event.status;
}
