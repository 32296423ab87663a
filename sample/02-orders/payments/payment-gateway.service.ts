import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { NonRetryableStepError } from 'nestjs-workflow';
import { Ledger } from '../../shared/ledger/ledger.js';
import { Settings } from '../settings.js';

export interface Charge {
  readonly orderId: string;
  /** Whole cents. */
  readonly amount: number;
  /** Stands for the customer's card. One that begins with `tok_declined` is declined. */
  readonly paymentToken: string;
}

/**
 * Stands for a payment provider: it knows nothing of workflows and keeps its own books, in the file `payments.log`. As such
 * providers do, it answers a request with a known idempotency key with what that key had brought about, and does nothing again.
 */
@Injectable()
export class PaymentGateway {
  private readonly ledger: Ledger;

  constructor(settings: Settings) {
    this.ledger = new Ledger(join(settings.dataDir, 'payments.log'));
  }

  /** @returns the number of the payment */
  async charge({ orderId, amount, paymentToken }: Charge, key: string): Promise<string> {
    const known = await this.ledger.find((entry) => entry.key === key);
    const paymentId = known?.details[0] ?? `pay-${orderId}`;
    if (known === undefined && paymentToken.startsWith('tok_declined')) {
      throw new NonRetryableStepError(`The card of order "${orderId}" was declined.`);
    }
    const what = known === undefined ? 'charge' : 'charge asked for again';
    await this.ledger.append({ what, about: orderId, key, details: [paymentId, String(amount)] });

    return paymentId;
  }

  /** Pays back what was charged for an order, if anything was, and if it was not yet paid back. */
  async refund(orderId: string, key: string): Promise<void> {
    const charged = await this.ledger.find((entry) => entry.what === 'charge' && entry.about === orderId);
    const refunded = await this.ledger.find((entry) => entry.what === 'refund' && entry.about === orderId);
    if (charged === undefined || refunded !== undefined) return;
    await this.ledger.append({ what: 'refund', about: orderId, key, details: charged.details });
  }
}
