import { Module } from '@nestjs/common';
import { OrderListener } from './order.listener.js';
import { OrderWorkflow } from './order.workflow.js';
import { OrdersController } from './orders.controller.js';
import { Warehouse } from './warehouse.service.js';

@Module({ controllers: [OrdersController], providers: [Warehouse, OrderWorkflow, OrderListener], exports: [Warehouse] })
export class OrdersModule {}
