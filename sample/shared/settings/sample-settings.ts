import { resolve } from 'node:path';

/** What the command line says in every sample. Each has options of its own beside them. */
export abstract class SampleSettings {
  /** Where the database, the ledgers and other files are kept. */
  readonly dataDir: string;
  /** The port that is tried first. */
  readonly port: number;
  /** Stops the embedded database and does nothing else. */
  readonly stop: boolean;
  /** Shows the options and does nothing else. */
  readonly help: boolean;

  protected constructor(values: OptionValues) {
    this.dataDir = resolve(text(values.data) ?? '.data');
    this.port = wholeNumber('port', text(values.port) ?? '3000', 65_535);
    this.stop = values.stop === true;
    this.help = values.help === true;
  }
}

/** For `parseArgs`. */
export const SAMPLE_OPTIONS = {
  data: { type: 'string' },
  port: { type: 'string' },
  stop: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

export type OptionValues = Partial<Record<keyof typeof SAMPLE_OPTIONS, string | boolean>>;

export const SAMPLE_USAGE = `  --data=<folder>       keep the database and all files there (default: .data)
  --port=<port>         listen there (default: 3000, or a free one)
  --stop                stop the embedded database`;

export function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** @throws TypeError naming the option */
export function wholeNumber(option: string, value: string, max: number): number {
  const number = Number(value);
  if (value !== '' && Number.isInteger(number) && number >= 0 && number <= max) return number;
  throw new TypeError(`--${option} is a whole number from 0 to ${max}, not "${value}".`);
}
