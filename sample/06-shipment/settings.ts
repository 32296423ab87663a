import { parseArgs } from 'node:util';
import { SAMPLE_OPTIONS, SAMPLE_USAGE, SampleSettings, text, wholeNumber } from '../shared/settings/sample-settings.js';

/** What the command line says. Injected by this class. */
export class Settings extends SampleSettings {
  /** How long each part of a shipment may take before somebody is told, in milliseconds. */
  readonly collectWithinMs: number;
  readonly clearWithinMs: number;
  readonly deliverWithinMs: number;

  private constructor(values: Partial<Record<keyof typeof OPTIONS, string | boolean>>) {
    super(values);
    const within = (option: 'collect' | 'clear' | 'deliver', value: string | boolean | undefined): number =>
      wholeNumber(option, text(value) ?? '60000', 86_400_000);
    this.collectWithinMs = within('collect', values.collect);
    this.clearWithinMs = within('clear', values.clear);
    this.deliverWithinMs = within('deliver', values.deliver);
  }

  /** @throws TypeError for an option that does not exist, or a value that is not accepted. */
  static from(args: readonly string[]): Settings {
    return new Settings(parseArgs({ args: [...args], options: OPTIONS }).values);
  }

  static readonly usage = `Options of the sample, after "npm run sample -- 06-shipment":
  --collect=<ms>        a shipment that is not collected by then is escalated (default: 60000)
  --clear=<ms>          so is one that customs has not cleared by then
  --deliver=<ms>        and one that is out for delivery for so long
${SAMPLE_USAGE}`;
}

const OPTIONS = {
  ...SAMPLE_OPTIONS,
  collect: { type: 'string' },
  clear: { type: 'string' },
  deliver: { type: 'string' },
} as const;
