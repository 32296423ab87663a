/**
 * Outlives a test run that is killed, and ends what it left: `node orphan-guard-process.mjs <folder>` reads process ids, one a line. When
 * its standard input ends without the line `done`, it ends these processes and removes the folder.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , folder] = process.argv;
const pids = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'done') process.exit(0);
  pids.push(Number(line));
}
for (const pid of pids.reverse()) {
  try {
    // For Node the end, for Postgres an immediate shutdown.
    process.kill(pid, 'SIGQUIT');
  } catch {
    // It has ended by itself.
  }
}
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
