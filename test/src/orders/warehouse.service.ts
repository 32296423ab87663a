import { Injectable } from '@nestjs/common';

/** The world outside: what steps did to it is counted here. */
@Injectable()
export class Warehouse {
  readonly log: string[] = [];

  async reserve(orderId: string, idempotencyKey: string): Promise<{ shelf: string }> {
    this.log.push(`reserve ${orderId} ${idempotencyKey}`);
    return { shelf: 'A7' };
  }

  async release(orderId: string): Promise<void> {
    this.log.push(`release ${orderId}`);
  }

  async ship(orderId: string): Promise<string> {
    this.log.push(`ship ${orderId}`);
    return `parcel-${orderId}`;
  }
}
