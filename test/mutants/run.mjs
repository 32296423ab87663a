// Breaks the rules of the engine one by one and sees each break caught: `npm run mutants`, or `npm run mutants -- fence timers`
// for those whose names contain one of the words. Works on a copy of the tree.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const patches = fileURLToPath(new URL('./', import.meta.url));
const TIME_LIMIT_MS = 240_000;
const COPIED = ['lib', 'test', 'jest.config.js', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

const words = process.argv.slice(2);
const names = readdirSync(patches)
  .filter((name) => name.endsWith('.patch'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();

const database = await databaseFor(names.flatMap((name) => read(name).tests));
const tree = mkdtempSync(join(tmpdir(), 'mutants-'));
const survivors = [];
try {
  for (const name of COPIED) {
    cpSync(join(root, name), join(tree, name), { recursive: true, filter: (path) => !path.includes(`${sep}.data`) });
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));

  const reason = sicknessOf(names.flatMap((name) => read(name).tests));
  if (reason !== undefined) {
    console.log(`Without any mutant: ${reason}`);
    process.exitCode = 1;
  } else {
    for (const name of names) judge(name);
    console.log(`${names.length - survivors.length} of ${names.length} mutants were caught.`);
    process.exitCode = survivors.length === 0 ? 0 : 1;
  }
} finally {
  database?.stdin.end();
  rmSync(tree, { recursive: true, force: true });
}

/** One throw-away server for all runs of specs that talk to a database. */
async function databaseFor(tests) {
  if (process.env.TEST_DATABASE_URL || !tests.some(({ path }) => needsDatabase(path))) return undefined;
  const server = spawn(process.execPath, [join(root, 'test/utils/postgres-server.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout, 'data');
  process.env.TEST_DATABASE_URL = JSON.parse(String(line)).url;
  return server;
}

function needsDatabase(path) {
  return /^(lib\/(postgres|typeorm)|test\/(durability|e2e|conformance\/postgres))/.test(path);
}

/** Why a mutant's end would tell nothing: a test fails already, or there is none of that name. */
function sicknessOf(tests) {
  const known = [];
  for (const path of new Set(tests.map((test) => test.path))) {
    const { failing, passed } = run({ path });
    if (failing !== undefined) return failing;
    known.push(...passed.map((name) => ({ path, name })));
  }
  const lost = tests.find(({ path, name }) => !known.some((test) => test.path === path && test.name.includes(name)));
  return lost === undefined ? undefined : `${lost.path} has no test "${lost.name}"`;
}

function judge(name) {
  const { rule, tests } = read(name);
  const began = performance.now();
  try {
    apply(name);
  } catch {
    survivors.push(name);
    console.log(`${name.replace('.patch', '')} (${rule})\n    DOES NOT APPLY`);
    return;
  }
  let failing;
  try {
    for (const test of tests) if ((failing = run(test).failing) !== undefined) break;
  } finally {
    apply(name, '--reverse');
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  if (failing === undefined) survivors.push(name);
  console.log(`${name.replace('.patch', '')} (${rule}) ${seconds} s\n    ${failing ?? 'SURVIVED'}`);
}

/** A patch's rule, and the tests that it fails: a file, and a part of the test's name where one test is meant. */
function read(name) {
  const text = readFileSync(join(patches, name), 'utf8');
  const tests = [...text.matchAll(/^Test: (\S+)(?: › (.+))?$/gm)].map(([, path, title = '']) => ({
    path,
    name: title,
  }));
  return { rule: /^Rule: (.*)$/m.exec(text)[1], tests };
}

function apply(name, ...flags) {
  execFileSync('git', ['apply', '-C1', ...flags, join(patches, name)], { cwd: tree, stdio: 'pipe' });
}

/** Runs one file, or one of its tests: what passed, and the first test that failed with the first line of what it says. */
function run({ path, name = '' }) {
  const result = join(tree, 'result.json');
  rmSync(result, { force: true });
  const jest = spawnSync(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
      ...['--selectProjects', needsDatabase(path) ? 'database' : 'unit', '--silent', '--json', '--outputFile', result],
      ...(name === '' ? [] : ['--testNamePattern', name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')]),
      ...['--runTestsByPath', path],
    ],
    {
      cwd: tree,
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, SIMULATION_FAIL_FAST: '1' },
    },
  );
  if (jest.error?.code === 'ETIMEDOUT') return { failing: `${path} did not come to an end`, passed: [] };
  const output = jest.stderr || jest.stdout;
  let report;
  try {
    report = JSON.parse(readFileSync(result, 'utf8'));
  } catch {
    // Jest itself failed: what it printed says why.
    return { failing: reasonOf(output), passed: [] };
  }
  const passed = report.testResults.flatMap((file) =>
    file.assertionResults.filter((test) => test.status === 'passed').map((test) => test.fullName),
  );
  if (jest.status === 0) return { failing: undefined, passed };
  const [file] = report.testResults.filter(({ status }) => status === 'failed');
  const failed = file?.assertionResults.find((test) => test.status === 'failed');
  const failing =
    failed === undefined
      ? reasonOf(file?.message ?? output)
      : `${failed.fullName}: ${reasonOf(failed.failureMessages[0] ?? '')}`;
  return { failing, passed };
}

function reasonOf(message) {
  const colours = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
  const lines = message
    .replace(colours, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const seed = lines.find((line) => /^\+?\s*"seed \d+: /.test(line))?.replace(/^\+\s*/, '');
  return (seed ?? lines.slice(0, 2).join(' ')).slice(0, 200);
}
