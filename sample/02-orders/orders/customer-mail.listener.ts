import { join } from 'node:path';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import {
  WorkflowCancelledEvent,
  WorkflowCompletedEvent,
  WorkflowFailedEvent,
  type WorkflowLifecycleEvent,
} from 'nestjs-workflow';
import { Ledger } from '../../shared/ledger/ledger.js';
import { Settings } from '../settings.js';
import { ORDER } from './order.saga.js';

/**
 * Writes to the customer when an order has ended; the mails are in the file `mails.log`. With `events: { outbox: true }` an event is
 * stored in the commit that made it true and delivered at least once, whatever dies when; its id tells a second delivery.
 */
@EventsHandler(WorkflowCompletedEvent, WorkflowFailedEvent, WorkflowCancelledEvent)
export class CustomerMailListener implements IEventHandler<WorkflowLifecycleEvent> {
  private readonly mails: Ledger;

  constructor(settings: Settings) {
    this.mails = new Ledger(join(settings.dataDir, 'mails.log'));
  }

  async handle({ workflowName, workflowId, eventId, headers, status }: WorkflowLifecycleEvent): Promise<void> {
    if (workflowName !== ORDER || (await this.mails.find(({ key }) => key === eventId)) !== undefined) return;
    const text =
      status === 'completed' ? 'Your order is on its way.' : 'We cannot deliver your order. You pay nothing.';
    await this.mails.append({
      what: 'mail',
      about: workflowId,
      key: eventId,
      details: [headers['customer'] ?? '', text],
    });
  }
}
