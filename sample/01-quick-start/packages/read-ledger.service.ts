import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Settings } from '../settings.js';

/**
 * A line for every read, in a file outside the database: it tells what really happened, whatever the journal says.
 * A line is `time, audit, process id, package, folder`, separated by tabs.
 */
@Injectable()
export class ReadLedger {
  readonly file: string;

  constructor(settings: Settings) {
    this.file = join(settings.dataDir, 'reads.log');
  }

  async append(auditId: string, read: { readonly name: string; readonly version: string; readonly path: string }) {
    const line = [new Date().toISOString(), auditId, process.pid, `${read.name}@${read.version}`, read.path].join('\t');
    await mkdir(dirname(this.file), { recursive: true });
    await appendFile(this.file, `${line}\n`);
  }

  /** How often this audit read, how many packages, and from how many processes. */
  async tally(auditId: string): Promise<{ reads: number; packages: number; processes: number }> {
    const lines = (await readFile(this.file, 'utf8').catch(() => ''))
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, audit]) => audit === auditId);

    return {
      reads: lines.length,
      packages: new Set(lines.map(([, , , , path]) => path)).size,
      processes: new Set(lines.map(([, , pid]) => pid)).size,
    };
  }
}
