/**
 * `npm run bench [-- row …] [--rounds 5] [--slice 600] [--cells 5×1,5×32] [--against folder] [--set name=value …]`: prints one table, and
 * appends every figure to `results/`. `--against` is another checkout of this project, run beside this one in the same slices; `--set`
 * changes a setting of the server, such as `fsync=off` to leave the disk out, or `commit_delay=1000` with `commit_siblings=0` for a
 * slower one.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileLibrary } from './harness/library.mjs';

/** Each is loaded when it is asked for: the peers of some have to be installed in this folder first. */
const ROWS = ['throughput', 'waking', 'idle', 'recovery', 'memory', 'bulk', 'pipelines', 'boot'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    slice: { type: 'string', default: '600' },
    cells: { type: 'string' },
    against: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
});

const results = fileURLToPath(new URL('./results/', import.meta.url));
mkdirSync(results, { recursive: true });
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const startedAt = new Date().toISOString();

const libraries = [{ name: 'engine', folder: compileLibrary() }];
if (values.against !== undefined) libraries.push({ name: 'engine-before', folder: compileLibrary(values.against) });

const context = {
  libraries,
  library: libraries[0].folder,
  rounds: Number(values.rounds),
  sliceMs: Number(values.slice),
  settings: Object.fromEntries(values.set.map((setting) => setting.split('='))),
  only: values.cells?.split(','),
  print: (line) => console.log(line),
  record: (figures) =>
    appendFileSync(
      `${results}results.jsonl`,
      `${JSON.stringify({ at: startedAt, commit, node: process.version, ...figures })}\n`,
    ),
};

for (const name of positionals.length > 0 ? positionals : ROWS) {
  if (!ROWS.includes(name)) throw new Error(`There is no row "${name}". There are: ${ROWS.join(', ')}.`);
  const { [name]: row } = await import(`./rows/${name}.mjs`);
  console.log(`\n## ${name}\n`);
  await row(context);
}
