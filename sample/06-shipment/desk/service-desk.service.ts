import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Ledger } from '../../shared/ledger/ledger.js';
import { Settings } from '../settings.js';

/** Stands for the people who are told when something takes too long. What they were told is in the file `escalations.log`. */
@Injectable()
export class ServiceDesk {
  private readonly ledger: Ledger;

  constructor(settings: Settings) {
    this.ledger = new Ledger(join(settings.dataDir, 'escalations.log'));
  }

  async tell({ shipmentId, reason }: { shipmentId: string; reason: string }, key: string): Promise<void> {
    if ((await this.ledger.find((entry) => entry.key === key)) !== undefined) return;
    await this.ledger.append({ what: 'escalate', subject: shipmentId, key, details: [reason] });
  }
}
