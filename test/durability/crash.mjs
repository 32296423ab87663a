/**
 * `npm run crash`: the crash tests alone. `npm run crash -- --all`: at more points, with more kills, and twice in a row. Further words go
 * to the test runner: `npm run crash -- --all sweep.saga`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const words = process.argv.slice(2);
const isAll = words.includes('--all');
const patterns = words.filter((word) => word !== '--all');
const jest = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest],
    ...(patterns.length === 0 ? ['test/durability'] : patterns.map((pattern) => `test/durability/.*${pattern}`)),
    ...['--selectProjects', 'database'],
  ],
  { stdio: 'inherit', env: { ...process.env, ...(isAll ? { CRASH_TESTS: 'all' } : {}) } },
);
process.exitCode = status ?? 1;
