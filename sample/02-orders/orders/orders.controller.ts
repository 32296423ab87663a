import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CancelOrderDto } from './cancel-order.dto.js';
import { CancelledOrderView, OrderView, PlacedOrderView } from './order-view.js';
import { Orders } from './orders.service.js';
import { PlaceOrderDto } from './place-order.dto.js';

@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: Orders) {}

  @Post()
  @ApiOperation({ summary: 'Place an order: it is checked and priced at once, and then fulfilled' })
  @ApiCreatedResponse({ type: PlacedOrderView })
  @ApiBadRequestResponse({ description: 'The request is not as described here.' })
  @ApiUnprocessableEntityResponse({ description: 'It names a product that does not exist.' })
  @ApiConflictResponse({ description: 'The id belongs to another order.' })
  place(@Body() order: PlaceOrderDto): Promise<PlacedOrderView> {
    return this.orders.place(order);
  }

  @Get(':id')
  @ApiOperation({ summary: 'See how an order stands, step by step' })
  @ApiOkResponse({ type: OrderView })
  @ApiNotFoundResponse()
  view(@Param('id') id: string): Promise<OrderView> {
    return this.orders.view(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel an order: what was done for it is undone' })
  @ApiAcceptedResponse({ type: CancelledOrderView })
  @ApiNotFoundResponse()
  cancel(@Param('id') id: string, @Body() { reason }: CancelOrderDto): Promise<CancelledOrderView> {
    return this.orders.cancel(id, reason);
  }
}
