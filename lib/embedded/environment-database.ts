import { EmbeddedPostgresError } from '../core/errors/index.js';
import type { EmbeddedPostgres } from './embedded-postgres.interface.js';

/**
 * The server that `DATABASE_URL` names, or `undefined` when it is not set. It belongs to somebody else, so it is neither started nor stopped.
 *
 * @throws {@link EmbeddedPostgresError} when `DATABASE_URL` is not the URL of a Postgres.
 * @internal
 */
export function databaseFromEnvironment(
  url: string | undefined = process.env.DATABASE_URL,
): EmbeddedPostgres | undefined {
  if (url === undefined || url === '') return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'postgres:' && parsed?.protocol !== 'postgresql:') {
    throw new EmbeddedPostgresError(
      'DATABASE_URL is set, but is not the URL of a Postgres database. ' +
        'It must look like "postgres://user:password@host:5432/database"; unset it to use the embedded Postgres.',
    );
  }
  const port = parsed.port === '' ? 5432 : Number(parsed.port);
  return { url, port, pid: undefined, reused: true, stop: async () => undefined };
}
