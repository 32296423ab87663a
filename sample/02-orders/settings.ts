import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { SAMPLE_OPTIONS, SAMPLE_USAGE, SampleSettings, text, wholeNumber } from '../shared/settings/sample-settings.js';

/** What the command line says. Injected by this class. */
export class Settings extends SampleSettings {
  /** How long the carrier takes to collect a parcel, in milliseconds: room to kill the process between charge and ship. */
  readonly carrierMs: number;
  /** The articles and their prices, from which the catalogue is made. */
  readonly priceList: string;

  private constructor(values: Partial<Record<keyof typeof OPTIONS, string | boolean>>) {
    super(values);
    this.carrierMs = wholeNumber('carrier', text(values.carrier) ?? '5000', 600_000);
    this.priceList = resolve(text(values.prices) ?? 'sample/02-orders/catalogue/price-list.csv');
  }

  /** @throws TypeError for an option that does not exist, or a value that is not accepted. */
  static from(args: readonly string[]): Settings {
    return new Settings(parseArgs({ args: [...args], options: OPTIONS }).values);
  }

  static readonly usage = `Options of the sample, after "npm run sample -- 02-orders":
  --carrier=<ms>        how long the carrier takes to collect a parcel (default: 5000, time to kill the process)
  --prices=<file>       fill an empty catalogue from there (default: the sample's own price list)
${SAMPLE_USAGE}`;
}

const OPTIONS = {
  ...SAMPLE_OPTIONS,
  carrier: { type: 'string' },
  prices: { type: 'string' },
} as const;
