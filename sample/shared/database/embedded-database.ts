import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from 'nestjs-workflow/embedded';
import type { SampleSettings } from '../settings/sample-settings.js';

/** The database of a sample: the one of `DATABASE_URL`, or its own in a Postgres that outlives this process and serves all samples. */
export function startDatabase({ dataDir }: SampleSettings, database?: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: join(dataDir, 'pg'),
    log: (line) => console.log(line),
    ...(database !== undefined && { database }),
  });
}

export async function stopDatabase(settings: SampleSettings): Promise<void> {
  const postgres = await startDatabase(settings);
  await postgres.stop();
  console.log('The embedded database is stopped.');
}
