import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from 'nestjs-workflow/embedded';
import type { Settings } from '../settings.js';

/** The database of the sample: the one of `DATABASE_URL`, or a Postgres of its own that outlives this process. */
export function startDatabase(settings: Settings): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: join(settings.dataDir, 'pg'), log: (line) => console.log(line) });
}

export async function stopDatabase(settings: Settings): Promise<void> {
  const postgres = await startDatabase(settings);
  await postgres.stop();
  console.log('The embedded database is stopped.');
}
