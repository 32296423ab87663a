// Applies one defect after the other to a copy of the library, runs the specs that have to notice it, and tells which one did.
// `npm run mutants` runs all, `npm run mutants -- fence` those whose name contains the word. Exit code 1 when one survives.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const wanted = process.argv.slice(2);
// The quick ones first: the next group runs only when a defect got past the one before.
const groups = [['test/engine'], ['memory-store.conformance', 'lib/core'], ['test/simulation']];

const copy = mkdtempSync(path.join(tmpdir(), 'workflow-mutants-'));
for (const item of ['lib', 'test', 'package.json', 'tsconfig.json', 'jest.config.js']) {
  cpSync(path.join(root, item), path.join(copy, item), { recursive: true });
}
symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));

const patches = readdirSync(import.meta.dirname).filter(
  (file) => file.endsWith('.patch') && (wanted.length === 0 || wanted.some((word) => file.includes(word))),
);
let survivors = 0;
try {
  for (const patch of patches) {
    apply(patch);
    const failed = firstFailure();
    apply(patch, '--reverse');
    if (failed === undefined) survivors += 1;
    console.log(`${patch.replace('.patch', '')}: ${failed ?? 'SURVIVED'}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${patches.length - survivors} passed, ${survivors} failed`);
process.exitCode = survivors === 0 ? 0 : 1;

function apply(patch, ...more) {
  const file = path.join(import.meta.dirname, patch);
  const done = spawnSync('git', ['apply', '--unsafe-paths', ...more, file], { cwd: copy, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${patch} does not apply: ${done.stderr}`);
}

function firstFailure() {
  for (const specs of groups) {
    const failure = failureOf(specs);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function failureOf(specs) {
  const jest = path.join(copy, 'node_modules/jest/bin/jest.js');
  const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest];
  const report = path.join(copy, 'report.json');
  rmSync(report, { force: true });
  const run = spawnSync(
    process.execPath,
    [
      ...options,
      ...specs,
      '--bail',
      '--forceExit',
      '--silent',
      '--testTimeout=20000',
      '--json',
      `--outputFile=${report}`,
    ],
    { cwd: copy, env: { ...process.env, WORKFLOW_TEST_NO_DB: '1' }, stdio: 'ignore', timeout: 180_000 },
  );
  if (run.status === 0) return undefined;
  if (!existsSync(report)) return 'a run that does not end';
  for (const suite of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    const failed = suite.assertionResults?.find((result) => result.status === 'failed');
    const title = failed?.fullName ?? (suite.status === 'failed' ? suite.message.split('\n')[0] : undefined);
    if (title !== undefined) return `${path.relative(copy, suite.name)} › ${title}`;
  }
  return `a run that ends with ${run.status ?? run.signal}`;
}
