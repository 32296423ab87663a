import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { ShippingModule } from '../shipping/shipping.module.js';
import { StockModule } from '../stock/stock.module.js';
import { CustomerMailListener } from './customer-mail.listener.js';
import { OrderAnnouncer } from './order.announcer.js';
import { OrderSaga } from './order.saga.js';
import { OrdersController } from './orders.controller.js';
import { Orders } from './orders.service.js';
import { QuotePipeline } from './quote.pipeline.js';

@Module({
  imports: [CatalogueModule, StockModule, PaymentsModule, ShippingModule],
  controllers: [OrdersController],
  providers: [Orders, QuotePipeline, OrderSaga, OrderAnnouncer, CustomerMailListener],
  exports: [Orders],
})
export class OrdersModule {}
