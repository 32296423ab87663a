/**
 * Starts an embedded Postgres in a process of its own: `node embedded-postgres-child.mjs <entry file> <options as JSON> <what then>`.
 * Prints one line of JSON, the server or the error, and then ends (`exit`) or stays until it is killed (`stay`).
 */
import { pathToFileURL } from 'node:url';

const [, , entry, options, afterwards] = process.argv;
const { startEmbeddedPostgres } = await import(pathToFileURL(entry).href);

try {
  const { url, port, pid, reused } = await startEmbeddedPostgres(JSON.parse(options));
  process.stdout.write(`${JSON.stringify({ url, port, pid, reused })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
}
if (afterwards === 'stay') setInterval(() => undefined, 60_000);
