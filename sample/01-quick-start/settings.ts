import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

/** What the command line says. Injected by this class. */
export class Settings {
  /** The folder whose installed packages are audited. */
  readonly root: string;
  /** Where the database, the ledger and the reports are kept. */
  readonly dataDir: string;
  /** The port that is tried first. */
  readonly port: number;
  /** Names the audit. Without it an unfinished audit goes on, or a new one begins. */
  readonly id: string | undefined;
  /** Answers the question by itself, for runs without a person. */
  readonly decide: 'allow' | 'deny' | undefined;
  /** The least time one read takes, in milliseconds: room to kill the process in the middle. */
  readonly paceMs: number;
  /** Stops the embedded database and does nothing else. */
  readonly stop: boolean;
  /** Shows the options and does nothing else. */
  readonly help: boolean;

  private constructor(values: Partial<Record<keyof typeof OPTIONS, string | boolean>>) {
    this.root = resolve(text(values.root) ?? '.');
    this.dataDir = resolve(text(values.data) ?? '.data');
    this.port = wholeNumber('port', text(values.port) ?? '3000', 65_535);
    this.id = text(values.id);
    this.decide = decision(text(values.decide));
    this.paceMs = wholeNumber('pace', text(values.pace) ?? '40', 60_000);
    this.stop = values.stop === true;
    this.help = values.help === true;
  }

  /** @throws TypeError for an option that does not exist, or a value that is not accepted. */
  static from(args: readonly string[]): Settings {
    return new Settings(parseArgs({ args: [...args], options: OPTIONS }).values);
  }

  static readonly usage = `Options of the sample, after "npm start --":
  --decide=allow|deny   answer the question without a person, and exit at the end
  --id=<id>             name the audit (default: go on with an unfinished one, or begin a new one)
  --root=<folder>       audit the packages installed there (default: this project)
  --data=<folder>       keep database, ledger and reports there (default: .data)
  --port=<port>         listen there (default: 3000, or a free one)
  --pace=<ms>           let one read take at least that long (default: 40, to have something to watch)
  --stop                stop the embedded database`;
}

const OPTIONS = {
  root: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  id: { type: 'string' },
  decide: { type: 'string' },
  pace: { type: 'string' },
  stop: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function decision(value: string | undefined): 'allow' | 'deny' | undefined {
  if (value === undefined || value === 'allow' || value === 'deny') return value;
  throw new TypeError(`--decide is "allow" or "deny", not "${value}".`);
}

function wholeNumber(option: string, value: string, max: number): number {
  const number = Number(value);
  if (value !== '' && Number.isInteger(number) && number >= 0 && number <= max) return number;
  throw new TypeError(`--${option} is a whole number from 0 to ${max}, not "${value}".`);
}
