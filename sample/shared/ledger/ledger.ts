import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What happened outside: a word for it, what it was about, and what else there is to say. */
export interface LedgerEntry {
  readonly what: string;
  /** The order, the ticket … */
  readonly about: string;
  /** The idempotency key of whoever asked for it. */
  readonly key: string;
  readonly details: readonly string[];
}

/**
 * A file outside the database: it tells what really happened, whatever the journal says. A line is
 * `time, process id, what, about, key, details…`, separated by tabs.
 */
export class Ledger {
  constructor(private readonly file: string) {}

  async append({ what, about, key, details }: LedgerEntry): Promise<void> {
    const line = [new Date().toISOString(), process.pid, what, about, key, ...details].join('\t');
    await mkdir(dirname(this.file), { recursive: true });
    await appendFile(this.file, `${line}\n`);
  }

  async find(isWanted: (entry: LedgerEntry) => boolean): Promise<LedgerEntry | undefined> {
    return (await this.read()).find(isWanted);
  }

  private async read(): Promise<LedgerEntry[]> {
    const text = await readFile(this.file, 'utf8').catch(emptyWhenMissing);

    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [, , what = '', about = '', key = '', ...details] = line.split('\t');

        return { what, about, key, details };
      });
  }
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
