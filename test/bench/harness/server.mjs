import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const script = fileURLToPath(new URL('../../utils/postgres-server.mjs', import.meta.url));

/** A commit is on the disk when it is reported. Room for the log, so that no checkpoint falls into a slice. */
const DURABLE = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  shared_buffers: '256MB',
};

/** A server of the bench's own, which ends with the process. */
export async function startServer(settings = {}) {
  const words = Object.entries({ ...DURABLE, ...settings }).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const keeper = spawn(process.execPath, [script, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: keeper.stdout });
  const line = await new Promise((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('The server did not start. Its own message stands above.')));
  });
  const { url } = JSON.parse(line);
  const observer = new pg.Client({ connectionString: url });
  await observer.connect();
  await observer.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');

  return {
    url,
    /** What the server has done so far; the difference of two readings is what was done between them. Hints count as commits, and write nothing. */
    async reading() {
      const { rows } = await observer.query(
        `SELECT (SELECT coalesce(sum(calls), 0)::int8 FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%') AS statements,
          (SELECT coalesce(sum(calls), 0)::int8 FROM pg_stat_statements WHERE query LIKE '%pg_notify%') AS hints,
          pg_snapshot_xmax(pg_current_snapshot())::text::int8 AS commits, pg_current_wal_insert_lsn() - '0/0' AS wal_bytes`,
      );
      const [row] = rows;

      return {
        statements: Number(row.statements),
        commits: Number(row.commits),
        hints: Number(row.hints),
        walBytes: Number(row.wal_bytes),
      };
    },
    query: (text, values) => observer.query(text, values),
    async stop() {
      await observer.end();
      const ended = new Promise((resolve) => keeper.once('exit', resolve));
      keeper.stdin.end();
      await ended;
    },
  };
}
