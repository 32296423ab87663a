import { join } from 'node:path';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { StateTransitionedEvent } from 'nestjs-workflow';
import { Ledger } from '../../shared/ledger/ledger.js';
import { Settings } from '../settings.js';
import { SHIPMENT } from './shipment.machine.js';

/**
 * Publishes the way of each shipment, on the terminal and in the file `tracking.log`. With the outbox an event comes at least once,
 * whatever dies when; its id tells a second delivery.
 */
@EventsHandler(StateTransitionedEvent)
export class ShipmentTracker implements IEventHandler<StateTransitionedEvent> {
  private readonly ledger: Ledger;

  constructor(settings: Settings) {
    this.ledger = new Ledger(join(settings.dataDir, 'tracking.log'));
  }

  async handle({ workflowName, workflowId, eventId, trigger, to }: StateTransitionedEvent): Promise<void> {
    if (workflowName !== SHIPMENT || (await this.ledger.find(({ key }) => key === eventId)) !== undefined) return;
    console.log(`Shipment ${workflowId}: ${trigger}, now ${to}`);
    await this.ledger.append({ what: trigger, subject: workflowId, key: eventId, details: [to] });
  }
}
