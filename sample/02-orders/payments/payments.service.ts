import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { PaymentGateway, type Charge } from './payment-gateway.service.js';
import { Payment } from './payment.entity.js';

/** Charges and pays back, and keeps a row of it. All of it may be asked for again: nothing happens twice. */
@Injectable()
export class Payments {
  constructor(
    private readonly gateway: PaymentGateway,
    @InjectRepository(Payment) private readonly payments: Repository<Payment>,
  ) {}

  async charge(charge: Charge, key: string): Promise<{ paymentId: string }> {
    const paymentId = await this.gateway.charge(charge, key);
    const { orderId, amount } = charge;
    await this.payments.upsert({ orderId, paymentId, amount, status: 'charged' }, ['orderId']);

    return { paymentId };
  }

  async refund(orderId: string, key: string): Promise<void> {
    await this.gateway.refund(orderId, key);
    await this.payments.update({ orderId }, { status: 'refunded' });
  }

  find(orderId: string): Promise<Payment | null> {
    return this.payments.findOneBy({ orderId });
  }
}
