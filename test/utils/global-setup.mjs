import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * Gives the specs a database in `TEST_DATABASE_URL`: the one that is set already, or a throw-away server.
 * `WORKFLOW_TEST_NO_DB=1` starts none.
 */
export default async function globalSetup() {
  if (process.env.TEST_DATABASE_URL || process.env.WORKFLOW_TEST_NO_DB === '1') {
    return;
  }
  const script = fileURLToPath(new URL('./postgres-server.mjs', import.meta.url));
  const server = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout });
  const firstLine = await new Promise((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('The test database did not start. Its own message stands above.')));
  });
  process.env.TEST_DATABASE_URL = JSON.parse(firstLine).url;
  globalThis.__WORKFLOW_TEST_DATABASE__ = server;
}
