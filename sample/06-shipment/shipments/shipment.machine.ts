import { NonRetryableStepError, type StepContext } from 'nestjs-workflow';
import { Action, Guard, StateMachineWorkflow, Step, type InvokedArguments } from 'nestjs-workflow/state-machine';
import type { EntityManager } from 'typeorm';
import { CustomsOffice } from '../customs/customs-office.service.js';
import { ServiceDesk } from '../desk/service-desk.service.js';
import { Invoice } from './invoice.entity.js';
import { shipmentChart, type ShipmentEvent, type ShipmentFacts } from './shipment.chart.js';
import { Shipment } from './shipment.entity.js';
import { Tariff } from './tariff.service.js';

export const SHIPMENT = 'shipment';

/** What the chart names, done with what is injected. The state is written into the row of the shipment, in the same commit. */
@StateMachineWorkflow(SHIPMENT, { machine: shipmentChart, entity: { target: Shipment } })
export class ShipmentMachine {
  constructor(
    private readonly tariff: Tariff,
    private readonly customs: CustomsOffice,
    private readonly desk: ServiceDesk,
  ) {}

  @Guard()
  isServed({ context }: { context: ShipmentFacts }): boolean {
    return this.tariff.priceOf(context) !== undefined;
  }

  @Guard()
  isAbroad({ context }: { context: ShipmentFacts }): boolean {
    return this.tariff.isAbroad(context.country);
  }

  @Guard()
  isPaidInFull({ context, event }: { context: ShipmentFacts; event: ShipmentEvent }): boolean {
    return event.type === 'PAY' && context.paid + event.amount >= (this.tariff.priceOf(context) ?? 0);
  }

  /** Commits with the transition that takes the shipment on its way: there is never one without an invoice. */
  @Action({ transactional: true })
  async invoice({ machineId, context, manager }: TransactionalArguments): Promise<void> {
    await manager.insert(Invoice, { shipmentId: machineId, amount: this.tariff.priceOf(context) ?? 0 });
  }

  /** Runs after its transition, at least once: the desk knows by the key what it was told already. */
  @Action()
  async escalate({ machineId, idempotencyKey }: ActionArguments, { reason }: { reason: string }): Promise<void> {
    await this.desk.tell({ shipmentId: machineId, reason }, idempotencyKey);
  }

  /** The number of the declaration. */
  @Step({ retry: { attempts: 5, backoff: { delay: '1s' } } })
  async declare({ input, machineId }: InvokedArguments, { idempotencyKey }: StepContext): Promise<string> {
    const { country, worth } = input as ShipmentFacts;
    if (worth > this.tariff.mostWorth) throw new NonRetryableStepError(`Goods of ${worth} cents need a licence.`);

    return this.customs.declare({ shipmentId: machineId, country, worth }, idempotencyKey);
  }
}

interface ActionArguments {
  readonly machineId: string;
  readonly context: ShipmentFacts;
  readonly idempotencyKey: string;
}

interface TransactionalArguments {
  readonly machineId: string;
  readonly context: ShipmentFacts;
  readonly manager: EntityManager;
}
