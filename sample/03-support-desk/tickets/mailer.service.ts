import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Ledger } from '../../shared/ledger/ledger.js';
import { Settings } from '../settings.js';

/** Sends answers to customers: to the file `answers.log`. */
@Injectable()
export class Mailer {
  private readonly ledger: Ledger;

  constructor(settings: Settings) {
    this.ledger = new Ledger(join(settings.dataDir, 'answers.log'));
  }

  /** The same key twice is one mail: a node that was killed before it was recorded is visited again. */
  async send(to: string, text: string, key: string): Promise<{ output: string }> {
    const sent = await this.ledger.find((entry) => entry.key === key);
    if (sent === undefined)
      await this.ledger.append({ what: 'answer', subject: to, key, details: [text.replaceAll('\n', ' ')] });

    return { output: 'answered' };
  }
}
