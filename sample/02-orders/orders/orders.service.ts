import { randomUUID } from 'node:crypto';
import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { isNonRetryableStepError, PipelineService, SagaService, WorkflowClient } from 'nestjs-workflow';
import { isPipelineExecutionError } from 'nestjs-workflow/pipeline';
import { SagaStore, type SagaSnapshot } from 'nestjs-workflow/saga';
import { Payments } from '../payments/payments.service.js';
import type { Order } from './order.js';
import { OrderSaga } from './order.saga.js';
import type { CancelledOrderView, OrderStepView, OrderView, PlacedOrderView } from './order-view.js';
import type { PlaceOrderDto } from './place-order.dto.js';
import { QuotePipeline } from './quote.pipeline.js';
import type { Quote, QuoteRequest } from './quote.js';

/** What customers do with orders: place, watch, cancel. */
@Injectable()
export class Orders {
  constructor(
    private readonly pipelines: PipelineService,
    private readonly sagas: SagaService,
    private readonly sagaStore: SagaStore,
    private readonly client: WorkflowClient,
    private readonly payments: Payments,
  ) {}

  /**
   * Finds the price and begins the saga. Both are durable under names made of the order's id: whoever sends an order again, because the
   * first answer was lost, gets the price of the first time and the order that was begun with it.
   */
  async place({ id = `order-${randomUUID()}`, ...order }: PlaceOrderDto): Promise<PlacedOrderView> {
    const { customer, country, paymentToken, items } = order;
    const quote = await this.quote(id, { country, items });
    const input: Order = { id, country, paymentToken, quote };
    const handle = await this.sagas.start(OrderSaga, input, { id, headers: { customer } });

    return { ...(await this.view(id)), created: handle.created };
  }

  /** @throws WorkflowNotFoundError */
  async view(id: string): Promise<OrderView> {
    const handle = await this.client.getHandle(id, OrderSaga);
    const { status, input, openSteps = [], cancel } = await handle.status({ waits: true });
    const progress = await this.sagaStore.load(id);
    const payment = await this.payments.find(id);
    const shipped = progress?.completed.find(({ name }) => name === 'ship')?.result;
    const reason = cancel?.reason ?? progress?.failure?.error.message;

    return {
      id,
      status,
      steps: this.sagas.get(OrderSaga).steps.map(({ name }) => ({ name, state: stateOf(name, progress, openSteps) })),
      ...(payment !== null && { payment: payment.status }),
      ...(shipped as { trackingNumber: string } | undefined),
      ...(reason !== undefined && { reason }),
      quote: (input as Order).quote,
    };
  }

  /** What was done is undone; an order that has ended stays as it is. @throws WorkflowNotFoundError */
  async cancel(id: string, reason: string): Promise<CancelledOrderView> {
    const handle = await this.client.getHandle(id, OrderSaga);
    const { accepted } = await handle.cancel(reason);

    return { ...(await this.view(id)), accepted };
  }

  /** The newest orders that have not ended. */
  async unfinished(): Promise<string[]> {
    const { items } = await this.client.list({
      workflow: OrderSaga,
      status: ['pending', 'running', 'suspended', 'compensating'],
    });

    return items.map(({ id }) => id);
  }

  private async quote(orderId: string, request: QuoteRequest): Promise<Quote> {
    const id = `quote-${orderId}`;
    try {
      const context = await this.pipelines.execute(QuotePipeline, request, { id });

      return context.getStepResult<Quote>('total');
    } catch (error) {
      if (!isPipelineExecutionError(error) || !isNonRetryableStepError(error.cause)) throw error;
      // So that the order may be corrected and sent again under its id.
      await this.client.delete(id);
      throw new UnprocessableEntityException(error.cause.message);
    }
  }
}

function stateOf(
  name: string,
  progress: SagaSnapshot | null | undefined,
  openSteps: readonly { readonly name: string }[],
): OrderStepView['state'] {
  const has = (steps: readonly { readonly name?: string; readonly step?: string }[] = []): boolean =>
    steps.some((step) => (step.name ?? step.step) === name);
  if (progress?.compensated.includes(name)) return 'undone';
  if (has(progress?.compensationErrors)) return 'could not be undone';
  if (has(progress?.completed)) return 'done';
  if (progress?.failure?.stepName === name) return 'failed';

  return has(openSteps) ? 'running' : 'to do';
}
