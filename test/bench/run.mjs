/**
 * `npm run bench [-- row …] [options]`: measures, appends every figure to `results/`, and prints one table at its end.
 *
 * `--quick` takes the rows of a few minutes, on small sizes. `--resume` takes what an earlier run of the same commit has finished from
 * its results. `--against` is another checkout of this project, run beside this one in the same slices; `--set` changes a setting of the
 * server, such as `fsync=off` to leave the disk out, or `commit_delay=1000` with `commit_siblings=0` for a slower one.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { compileLibrary } from './harness/library.mjs';
import { Results } from './harness/results.mjs';

/** Each is loaded when it is asked for: the peers of some have to be installed in this folder first. */
const ROWS = [
  ...[
    'throughput',
    'slow-disk',
    'latency',
    'waking',
    'idle',
    'recovery',
    'takeover',
    'claim',
    'long-runs',
    'suspended',
  ],
  ...['memory', 'steady', 'graphs', 'machines', 'bulk', 'pipelines', 'boot'],
];
const LEFT_OUT_OF_QUICK = ['slow-disk', 'takeover', 'steady'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    slice: { type: 'string' },
    warmup: { type: 'string' },
    cells: { type: 'string' },
    against: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const { quick } = values;
const unknown = positionals.filter((name) => !ROWS.includes(name));
if (unknown.length > 0) throw new Error(`There is no row "${unknown[0]}". There are: ${ROWS.join(', ')}.`);

const libraries = [{ name: 'engine', folder: compileLibrary() }];
if (values.against !== undefined) libraries.push({ name: 'engine-before', folder: compileLibrary(values.against) });

const results = new Results({
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim(),
  way: [quick ? 'quick' : 'full', ...values.set].join(' '),
  isResumed: values.resume,
});

const context = {
  libraries,
  library: libraries[0].folder,
  rounds: Number(values.rounds ?? (quick ? 2 : 5)),
  sliceMs: Number(values.slice ?? (quick ? 300 : 600)),
  warmUpMs: Number(values.warmup ?? (quick ? 600 : 4_000)),
  settings: Object.fromEntries(values.set.map((setting) => setting.split('='))),
  only: values.cells?.split(','),
  peers: values.peers,
  quick,
  /** How much of something: less of it in a quick run. */
  size: (full, small) => (quick ? small : full),
  print: (line) => console.log(line),
  record: (figures) => results.record(figures),
  report: (line) => results.report(line),
  piece: (name, run) => results.piece(name, run),
};

const asked = positionals.length > 0 ? positionals : ROWS.filter((name) => !quick || !LEFT_OUT_OF_QUICK.includes(name));
for (const name of asked) {
  const { default: row } = await import(`./rows/${name}.mjs`);
  console.log(`\n## ${name}\n`);
  await row(context);
}

if (!results.table.isEmpty) {
  const { reached, of } = results.table.count;
  console.log('\n## The table\n');
  for (const line of results.table.rows()) console.log(line);
  console.log(`\n${reached} of ${of} bars are reached.`);
}
