import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CustomsOffice } from '../customs/customs-office.service.js';
import { ServiceDesk } from '../desk/service-desk.service.js';
import { Invoice } from './invoice.entity.js';
import { Shipment } from './shipment.entity.js';
import { ShipmentMachine } from './shipment.machine.js';
import { ShipmentTracker } from './shipment-tracker.listener.js';
import { ShipmentsController } from './shipments.controller.js';
import { Shipments } from './shipments.service.js';
import { Tariff } from './tariff.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Shipment, Invoice])],
  controllers: [ShipmentsController],
  providers: [Shipments, ShipmentMachine, ShipmentTracker, Tariff, CustomsOffice, ServiceDesk],
})
export class ShipmentsModule {}
