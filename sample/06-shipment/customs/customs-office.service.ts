import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Ledger } from '../../shared/ledger/ledger.js';
import { Settings } from '../settings.js';

export interface Declaration {
  readonly shipmentId: string;
  readonly country: string;
  readonly worth: number;
}

/** Stands for a customs office, which knows nothing of this process. What was declared there is in the file `customs.log`. */
@Injectable()
export class CustomsOffice {
  private readonly ledger: Ledger;

  constructor(settings: Settings) {
    this.ledger = new Ledger(join(settings.dataDir, 'customs.log'));
  }

  /** @returns the number of the declaration; of the first one, where the key is known */
  async declare({ shipmentId, country, worth }: Declaration, key: string): Promise<string> {
    const known = await this.ledger.find((entry) => entry.key === key);
    if (known?.details[0] !== undefined) return known.details[0];
    const number = `${country}-${shipmentId}`;
    await this.ledger.append({ what: 'declare', subject: shipmentId, key, details: [number, String(worth)] });

    return number;
  }
}
