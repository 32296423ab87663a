import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Ledger } from '../../shared/ledger/ledger.js';
import { Settings } from '../settings.js';

export interface Parcel {
  readonly orderId: string;
  readonly country: string;
  readonly grams: number;
}

/** Stands for a carrier, which takes its time. What it did is in the file `parcels.log`. */
@Injectable()
export class Carrier {
  private readonly ledger: Ledger;

  constructor(private readonly settings: Settings) {
    this.ledger = new Ledger(join(settings.dataDir, 'parcels.log'));
  }

  /** @returns the parcel's number */
  async collect({ orderId, country, grams }: Parcel, key: string, signal: AbortSignal): Promise<string> {
    await pause(this.settings.carrierMs, undefined, { signal });
    const known = await this.ledger.find((entry) => entry.key === key);
    if (known?.details[0] !== undefined) return known.details[0];
    const trackingNumber = `parcel-${orderId}`;
    await this.ledger.append({ what: 'collect', about: orderId, key, details: [trackingNumber, country, `${grams} g`] });

    return trackingNumber;
  }

  /** Has a parcel turned round, if it was collected at all. */
  async recall(orderId: string, key: string): Promise<void> {
    const collected = await this.ledger.find((entry) => entry.what === 'collect' && entry.about === orderId);
    const recalled = await this.ledger.find((entry) => entry.what === 'recall' && entry.about === orderId);
    if (collected === undefined || recalled !== undefined) return;
    await this.ledger.append({ what: 'recall', about: orderId, key, details: collected.details });
  }
}
