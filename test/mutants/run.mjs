// Breaks the rules of the engine one by one and sees each break caught: `npm run mutants`, or `npm run mutants -- fence timers`
// for those whose names contain one of the words. Works on a copy of the tree.
import { execFileSync, spawnSync } from 'node:child_process';
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

const tree = mkdtempSync(join(tmpdir(), 'mutants-'));
const survivors = [];
try {
  for (const name of COPIED) {
    cpSync(join(root, name), join(tree, name), { recursive: true, filter: (path) => !path.includes(`${sep}.data`) });
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));

  const tests = [...new Set(names.flatMap((name) => read(name).tests))];
  const healthy = run(tests);
  if (healthy !== undefined) {
    console.log(`The tests fail without any mutant: ${healthy}`);
    process.exitCode = 1;
  } else {
    for (const name of names) judge(name);
    console.log(`${names.length - survivors.length} of ${names.length} mutants were caught.`);
    process.exitCode = survivors.length === 0 ? 0 : 1;
  }
} finally {
  rmSync(tree, { recursive: true, force: true });
}

function judge(name) {
  const { rule, tests } = read(name);
  const began = performance.now();
  apply(name);
  let failing;
  try {
    // One file after the other: mostly the first one catches it.
    for (const test of tests) if ((failing = run([test])) !== undefined) break;
  } finally {
    apply(name, '--reverse');
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  if (failing === undefined) survivors.push(name);
  console.log(`${name.replace('.patch', '')} (${rule}) ${seconds} s\n    ${failing ?? 'SURVIVED'}`);
}

function read(name) {
  const text = readFileSync(join(patches, name), 'utf8');
  return { rule: /^Rule: (.*)$/m.exec(text)[1], tests: /^Tests: (.*)$/m.exec(text)[1].split(' ') };
}

function apply(name, ...flags) {
  execFileSync('git', ['apply', ...flags, join(patches, name)], { cwd: tree });
}

/** The first test that fails, with the first line of what it says; nothing when all pass. */
function run(tests) {
  const result = join(tree, 'result.json');
  rmSync(result, { force: true });
  const jest = spawnSync(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
      ...['--selectProjects', 'unit', '--silent', '--json', '--outputFile', result, '--bail', '--runTestsByPath'],
      ...tests,
    ],
    {
      cwd: tree,
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, SIMULATION_FAIL_FAST: '1' },
    },
  );
  if (jest.status === 0) return undefined;
  if (jest.error?.code === 'ETIMEDOUT') return `${tests.join(', ')} did not come to an end`;
  try {
    const report = JSON.parse(readFileSync(result, 'utf8'));
    for (const file of report.testResults) {
      const failed = file.assertionResults.find((test) => test.status === 'failed');
      if (failed !== undefined) return `${failed.fullName}: ${reason(failed.failureMessages[0] ?? '')}`;
      if (file.status === 'failed') return `${file.name.replace(`${tree}${sep}`, '')}: ${reason(file.message)}`;
    }
  } catch {
    // Jest itself failed: what it printed says why.
  }
  return reason(jest.stderr || jest.stdout);
}

function reason(message) {
  const colours = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
  const lines = message
    .replace(colours, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const seed = lines.find((line) => /^\+?\s*"seed \d+: /.test(line))?.replace(/^\+\s*/, '');
  const telling = seed ?? lines.find((line) => line.startsWith('●')) ?? lines.slice(0, 2).join(' ');
  return telling.slice(0, 240);
}
