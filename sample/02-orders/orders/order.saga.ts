import type { CompensationContext, StepContext } from 'nestjs-workflow';
import { Compensate, SagaWorkflow, Step, type SagaContext } from 'nestjs-workflow/saga';
import { Payments } from '../payments/payments.service.js';
import { Carrier } from '../shipping/carrier.service.js';
import { Stock } from '../stock/stock.service.js';
import type { Order } from './order.js';

/** The name of the saga, by which its events are known. */
export const ORDER = 'order';

/**
 * Fulfils an order, step by step. When one fails, or somebody cancels, what was done is undone, the last first. An undo may be called
 * for a step of which nobody knows whether it was done, so each looks for itself what there is to undo.
 */
@SagaWorkflow(ORDER)
export class OrderSaga {
  constructor(
    private readonly stock: Stock,
    private readonly payments: Payments,
    private readonly carrier: Carrier,
  ) {}

  /** Takes the goods out of the books. */
  @Step()
  async reserve({ input }: SagaContext<Order>): Promise<void> {
    await this.stock.reserve(input.id, input.quote.lines);
  }

  @Compensate('reserve')
  async release(_result: unknown, { input }: SagaContext<Order>): Promise<void> {
    await this.stock.release(input.id);
  }

  /** The key is the same for every attempt in every process: the provider charges once for it. */
  @Step({ timeout: '30s', retry: 5 })
  async charge({ input }: SagaContext<Order>, { idempotencyKey }: StepContext): Promise<{ paymentId: string }> {
    const { id: orderId, paymentToken, quote } = input;

    return this.payments.charge({ orderId, paymentToken, amount: quote.total }, idempotencyKey);
  }

  @Compensate('charge')
  async refund(
    _payment: unknown,
    { input }: SagaContext<Order>,
    { idempotencyKey }: CompensationContext,
  ): Promise<void> {
    await this.payments.refund(input.id, idempotencyKey);
  }

  /** Takes the goods from the shelf, which may hold fewer than the books say: then the customer gets the money back. */
  @Step()
  async pick({ input }: SagaContext<Order>): Promise<void> {
    await this.stock.pick(input.id);
  }

  @Compensate('pick')
  async putBack(_result: unknown, { input }: SagaContext<Order>): Promise<void> {
    await this.stock.putBack(input.id);
  }

  @Step()
  async ship({ input }: SagaContext<Order>, step: StepContext): Promise<{ trackingNumber: string }> {
    const { id: orderId, country, quote } = input;
    const parcel = { orderId, country, grams: quote.grams };

    return { trackingNumber: await this.carrier.collect(parcel, step.idempotencyKey, step.signal) };
  }

  @Compensate('ship')
  async recall(
    _result: unknown,
    { input }: SagaContext<Order>,
    { idempotencyKey }: CompensationContext,
  ): Promise<void> {
    await this.carrier.recall(input.id, idempotencyKey);
  }
}
