// Runs seeds of the simulation without a test runner: `npm run sim -- --seeds 10000 --from 1`, `npm run sim -- --seed 17 --trace`.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transformSync } from '@swc/core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, '.data', 'simulation');

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    only: { type: 'string' },
    keep: { type: 'string', default: '5' },
  },
});

const { runScenario } = await import(pathToFileURL(compiled('test/simulation/scenario.js')).href);
const only = values.only?.split(',');
const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const began = performance.now();
const totals = { steps: 0, faults: 0, failed: 0, hard: 0 };

for (let seed = first; seed < first + count; seed++) {
  const trace = values.trace ? (line) => console.log(line) : undefined;
  const outcome = await runScenario(seed, { trace, only });
  totals.steps += outcome.steps;
  if ((seed - first + 1) % 1000 === 0) console.error(`… ${seed}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  totals.faults += outcome.faults;
  if (outcome.faults >= 20) totals.hard += 1;
  if (values.seed !== undefined) console.log(outcome);
  if (outcome.violations.length === 0) continue;
  totals.failed += 1;
  console.log(`seed ${seed} FAILED [${outcome.summary}]`);
  for (const violation of outcome.violations.slice(0, 5)) console.log(`  ${violation.slice(0, 1500)}`);
  if (totals.failed >= Number(values.keep)) break;
}
const seconds = (performance.now() - began) / 1000;
console.log(
  `${totals.failed} of ${count} seeds failed; ${totals.steps} steps, ${totals.faults} faults (20 and more in ${totals.hard} seeds), ${seconds.toFixed(1)} s`,
);
process.exitCode = totals.failed === 0 ? 0 : 1;

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
