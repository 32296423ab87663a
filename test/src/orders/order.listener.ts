import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import {
  WorkflowCancelledEvent,
  WorkflowCompletedEvent,
  WorkflowFailedEvent,
  WorkflowStartedEvent,
  WorkflowSuspendedEvent,
} from 'nestjs-workflow';

type Told =
  WorkflowStartedEvent | WorkflowSuspendedEvent | WorkflowCompletedEvent | WorkflowFailedEvent | WorkflowCancelledEvent;

/** What the event bus told about orders. */
@EventsHandler(
  WorkflowStartedEvent,
  WorkflowSuspendedEvent,
  WorkflowCompletedEvent,
  WorkflowFailedEvent,
  WorkflowCancelledEvent,
)
export class OrderListener implements IEventHandler<Told> {
  readonly told: Told[] = [];

  handle(event: Told): void {
    this.told.push(event);
  }
}
