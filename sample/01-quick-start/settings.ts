import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { SAMPLE_OPTIONS, SAMPLE_USAGE, SampleSettings, text, wholeNumber } from '../shared/settings/sample-settings.js';

/** What the command line says. Injected by this class. */
export class Settings extends SampleSettings {
  /** The folder whose installed packages are audited. */
  readonly root: string;
  /** Names the audit. Without it an unfinished audit goes on, or a new one begins. */
  readonly id: string | undefined;
  /** Answers the question by itself, for runs without a person. */
  readonly decide: 'allow' | 'deny' | undefined;
  /** The least time one read takes, in milliseconds: room to kill the process in the middle. */
  readonly paceMs: number;

  private constructor(values: Partial<Record<keyof typeof OPTIONS, string | boolean>>) {
    super(values);
    this.root = resolve(text(values.root) ?? '.');
    this.id = text(values.id);
    this.decide = decision(text(values.decide));
    this.paceMs = wholeNumber('pace', text(values.pace) ?? '40', 60_000);
  }

  /** @throws TypeError for an option that does not exist, or a value that is not accepted. */
  static from(args: readonly string[]): Settings {
    return new Settings(parseArgs({ args: [...args], options: OPTIONS }).values);
  }

  static readonly usage = `Options of the sample, after "npm start --":
  --decide=allow|deny   answer the question without a person, and exit at the end
  --id=<id>             name the audit (default: go on with an unfinished one, or begin a new one)
  --root=<folder>       audit the packages installed there (default: this project)
  --pace=<ms>           let one read take at least that long (default: 40, to have something to watch)
${SAMPLE_USAGE}`;
}

const OPTIONS = {
  ...SAMPLE_OPTIONS,
  root: { type: 'string' },
  id: { type: 'string' },
  decide: { type: 'string' },
  pace: { type: 'string' },
} as const;

function decision(value: string | undefined): 'allow' | 'deny' | undefined {
  if (value === undefined || value === 'allow' || value === 'deny') return value;
  throw new TypeError(`--decide is "allow" or "deny", not "${value}".`);
}
