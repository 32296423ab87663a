import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { SAMPLE_OPTIONS, SAMPLE_USAGE, SampleSettings, text, wholeNumber } from '../shared/settings/sample-settings.js';

/** What the command line says. Injected by this class. */
export class Settings extends SampleSettings {
  /** How long a reviewer may take before the ticket goes to the team lead, in milliseconds. */
  readonly reviewMs: number;
  /** The folder of the customers' messages. */
  readonly messages: string;
  /** Whether this process runs tickets, or only shows and answers them. */
  readonly runsTickets: boolean;

  private constructor(values: Partial<Record<keyof typeof OPTIONS, string | boolean>>) {
    super(values);
    this.reviewMs = wholeNumber('review', text(values.review) ?? '600000', 86_400_000);
    this.messages = resolve(text(values.messages) ?? 'sample/03-support-desk/messages');
    this.runsTickets = values['front-desk'] !== true;
  }

  /** @throws TypeError for an option that does not exist, or a value that is not accepted. */
  static from(args: readonly string[]): Settings {
    return new Settings(parseArgs({ args: [...args], options: OPTIONS }).values);
  }

  static readonly usage = `Options of the sample, after "npm run sample -- 03-support-desk":
  --review=<ms>         after so long without a review a ticket goes to the team lead (default: 600000, ten minutes)
  --messages=<folder>   read the customers' messages there (default: the sample's own)
  --front-desk          show and answer tickets, and let another process run them
${SAMPLE_USAGE}`;
}

const OPTIONS = {
  ...SAMPLE_OPTIONS,
  review: { type: 'string' },
  messages: { type: 'string' },
  'front-desk': { type: 'boolean' },
} as const;
