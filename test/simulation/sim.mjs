// Runs seeds of the simulation without a test runner: `npm run sim -- --seeds 10000 --from 1`, `npm run sim -- --seed 17 --trace`. With
// `--harsh` every seed has 24 faults or more. What was run is appended to `results/seeds.jsonl`; `--resume` goes on behind it, for
// `--minutes` at most, and `--report` adds it up.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transformSync } from '@swc/core';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Of its own for each run: two may go on at the same time.
const folder = join(root, '.data', 'simulation', String(process.pid));
const results = fileURLToPath(new URL('./results/seeds.jsonl', import.meta.url));

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    only: { type: 'string' },
    keep: { type: 'string', default: '5' },
    harsh: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    minutes: { type: 'string', default: 'Infinity' },
    report: { type: 'boolean', default: false },
  },
});
const isHarsh = values.harsh;
if (values.report) {
  report();
  process.exit(0);
}

const { runScenario } = await import(pathToFileURL(compiled('test/simulation/scenario.js')).href);
const only = values.only?.split(',');
const first = Number(values.seed ?? (values.resume ? nextSeed() : values.from));
const last = values.resume ? Number(values.from) + Number(values.seeds) : first + Number(values.seeds);
const count = values.seed === undefined ? Math.max(0, last - first) : 1;
const began = performance.now();
const totals = { seeds: 0, steps: 0, faults: 0, failed: 0, hard: 0 };
const failures = [];

for (let seed = first; seed < first + count; seed++) {
  if (performance.now() - began > Number(values.minutes) * 60_000) break;
  const trace = values.trace ? (line) => console.log(line) : undefined;
  const outcome = await runScenario(seed, { trace, only, isHarsh });
  totals.seeds += 1;
  totals.steps += outcome.steps;
  if ((seed - first + 1) % 1000 === 0) console.error(`… ${seed}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  totals.faults += outcome.faults;
  if (outcome.faults >= 20) totals.hard += 1;
  if (values.seed !== undefined) console.log(outcome);
  if (outcome.violations.length === 0) continue;
  totals.failed += 1;
  failures.push({ seed, violation: outcome.violations[0].slice(0, 300) });
  console.log(`seed ${seed} FAILED [${outcome.summary}]`);
  for (const violation of outcome.violations.slice(0, 5)) console.log(`  ${violation.slice(0, 1500)}`);
  if (totals.failed >= Number(values.keep)) break;
}
const seconds = (performance.now() - began) / 1000;
rmSync(folder, { recursive: true, force: true });
// Of parts nothing is remembered: they are for whoever looks into a seed.
if (values.seed === undefined && only === undefined && totals.seeds > 0) remember();
console.log(
  `${totals.failed} of ${totals.seeds} seeds failed, ${first} to ${first + totals.seeds - 1}; ${totals.steps} steps, ${totals.faults} faults (20 and more in ${totals.hard} seeds), ${seconds.toFixed(1)} s`,
);
process.exitCode = totals.failed === 0 ? 0 : 1;

function remember() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  mkdirSync(dirname(results), { recursive: true });
  const line = { at: new Date().toISOString(), commit, isHarsh, from: first, ...totals, failures, seconds };
  appendFileSync(results, `${JSON.stringify(line)}\n`);
}

function remembered() {
  try {
    return readFileSync(results, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

/** Behind the longest row of seeds, from `--from` on, that were run in this way; those that failed are in the report. */
function nextSeed() {
  let next = Number(values.from);
  const lines = remembered().filter((line) => line.isHarsh === isHarsh);
  for (const { from, seeds } of lines.sort((a, b) => a.from - b.from))
    if (from <= next) next = Math.max(next, from + seeds);
  return next;
}

function report() {
  const lines = remembered();
  for (const harsh of [false, true]) {
    const of = lines.filter((line) => line.isHarsh === harsh);
    const sum = (key) => of.reduce((total, line) => total + line[key], 0).toLocaleString('en');
    console.log(
      `${harsh ? 'harsh   ' : 'ordinary'} ${sum('seeds')} seeds, ${sum('faults')} faults (20 and more in ${sum('hard')} seeds), ${sum('steps')} steps, ${sum('failed')} seeds failed`,
    );
    for (const { commit, failures: failed } of of)
      for (const each of failed) console.log(`  ${commit}: seed ${each.seed}: ${each.violation}`);
  }
}

/** Types are removed, nothing else: what runs is what stands in lib. */
function compiled(entry) {
  rmSync(folder, { recursive: true, force: true });
  for (const area of ['lib/core', 'lib/worker', 'lib/memory', 'lib/client', 'test/simulation', 'test/utils']) {
    for (const name of list(join(root, area))) {
      const source = join(area, name);
      const { code } = transformSync(readFileSync(join(root, source), 'utf8'), {
        filename: source,
        swcrc: false,
        sourceMaps: 'inline',
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, keepClassNames: true },
        module: { type: 'es6' },
      });
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
  }
  return join(folder, entry);
}

function list(directory) {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('spec.ts'),
    );
  } catch {
    return [];
  }
}
