import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Sse,
  type MessageEvent,
} from '@nestjs/common';
import { WorkflowClient, isWorkflowError, type StoredStreamItem } from 'nestjs-workflow';
import { Observable } from 'rxjs';
import { OrderWorkflow, paymentReceived } from './order.workflow.js';
import type { PlaceOrder } from './place-order.dto.js';

@Controller('orders')
export class OrdersController {
  constructor(private readonly workflows: WorkflowClient) {}

  @Post()
  @HttpCode(202)
  async place(@Body() order: PlaceOrder) {
    const handle = await this.workflows.start(OrderWorkflow, order, { id: order.orderId });
    return { id: handle.id, created: handle.created };
  }

  @Get(':id')
  async status(@Param('id') id: string) {
    try {
      const { status, attributes } = await this.workflows.getStatus(id);
      return { id, status, attributes };
    } catch (error) {
      if (isWorkflowError(error, 'WORKFLOW_NOT_FOUND')) throw new NotFoundException();
      throw error;
    }
  }

  @Post(':id/payment')
  @HttpCode(204)
  async pay(@Param('id') id: string, @Body() body: { reference: string }): Promise<void> {
    await this.workflows.signalInstance(id, paymentReceived, { reference: body.reference }, { id: body.reference });
  }

  @Sse(':id/progress')
  progress(@Param('id') id: string): Observable<MessageEvent> {
    return new Observable((subscriber) => {
      const items = this.workflows.stream(id);
      void forward(items, subscriber).catch((error: unknown) => subscriber.error(error));
      return () => void items.return?.();
    });
  }
}

async function forward(
  items: AsyncIterable<StoredStreamItem>,
  to: { next(event: MessageEvent): void; complete(): void },
) {
  for await (const { id, payload } of items) to.next({ id: String(id), data: payload as object });
  to.complete();
}
