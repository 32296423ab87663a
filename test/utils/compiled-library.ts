import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const root = fileURLToPath(new URL('../../', import.meta.url));
// Inside the project, because compiled files find their packages and their module format by looking upwards.
const folder = join(root, '.data', 'compiled-library');
const KEEP_OTHERS_MS = 3_600_000;

/**
 * Compiles `lib` for specs whose child processes run the library without a test runner, and returns the folder that holds it: `<folder>/index.js`,
 * `<folder>/embedded/index.js`. Sources that have not changed are not compiled again, whichever spec or test run asks; specs may ask at the same time.
 *
 * @param checkout Another copy of the tree, with `lib` and the compiler's settings.
 */
export async function compiledLibrary(checkout = root): Promise<string> {
  const target = join(folder, fingerprint(checkout));
  if (exists(target)) {
    // Its age counts from its last use.
    utimesSync(target, new Date(), new Date());
    return target;
  }

  mkdirSync(folder, { recursive: true });
  removeOld();
  const staging = mkdtempSync(join(folder, 'compiling-'));
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const project = join(checkout, 'tsconfig.build.json');
  // Types are the business of the type check; here, as under the test runner, only their removal is needed.
  await run(process.execPath, [compiler, '-p', project, '--noCheck', '--outDir', staging], { cwd: checkout });
  try {
    renameSync(staging, target);
  } catch (error) {
    // Another spec was quicker with the same sources.
    if (!exists(target)) throw error;
    rmSync(staging, { recursive: true, force: true });
  }
  return target;
}

function fingerprint(checkout: string): string {
  const hash = createHash('sha256');
  const lib = join(checkout, 'lib');
  const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  for (const name of sources.sort()) {
    if (name.endsWith('.spec.ts')) continue;
    const { mtimeMs, size } = statSync(join(lib, name));
    hash.update(`${name} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

// Not at once: another test run may still use them.
function removeOld(): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > KEEP_OTHERS_MS) rmSync(path, { recursive: true, force: true });
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
