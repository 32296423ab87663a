import {
  SignalOn,
  StartOn,
  Workflow,
  WorkflowSignal,
  type WorkflowContext,
  type WorkflowRunner,
} from 'nestjs-workflow';
import { OrderPlaced, PaymentReceived } from './order.events.js';
import { PlaceOrder } from './place-order.dto.js';
import { Warehouse } from './warehouse.service.js';

export const paymentReceived = new WorkflowSignal<{ reference: string }>('payment.received');

export interface Receipt {
  readonly parcel: string;
  readonly payment: string;
  readonly shelf: string;
}

@Workflow('orders', {
  input: PlaceOrder,
  timeout: '30d',
  attributes: ({ total }: PlaceOrder) => ({ large: total > 1000 }),
})
@StartOn(OrderPlaced, {
  id: (event) => event.orderId,
  input: ({ orderId, total }) => ({ orderId, total }),
  headers: ({ tenant }) => ({ tenant }),
})
@SignalOn(PaymentReceived, {
  signal: paymentReceived,
  workflowId: (event) => event.orderId,
  id: (event) => event.reference,
  payload: ({ reference }) => ({ reference }),
})
export class OrderWorkflow implements WorkflowRunner<PlaceOrder, Receipt> {
  constructor(private readonly warehouse: Warehouse) {}

  async run(ctx: WorkflowContext, { orderId }: PlaceOrder): Promise<Receipt> {
    const { shelf } = await ctx.step(
      'reserve',
      ({ idempotencyKey }) => this.warehouse.reserve(orderId, idempotencyKey),
      { compensate: () => this.warehouse.release(orderId) },
    );
    ctx.emit({ stage: 'reserved' });
    const payment = await ctx.waitForSignal('payment', paymentReceived, { timeout: '3d' });
    if (payment === null) return ctx.fail('The order was not paid within 3 days.');
    ctx.emit({ stage: 'paid' });
    const parcel = await ctx.step('ship', () => this.warehouse.ship(orderId));
    return { parcel, payment: payment.reference, shelf };
  }
}
