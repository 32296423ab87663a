import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PaymentGateway } from './payment-gateway.service.js';
import { Payment } from './payment.entity.js';
import { Payments } from './payments.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Payment])],
  providers: [PaymentGateway, Payments],
  exports: [Payments],
})
export class PaymentsModule {}
