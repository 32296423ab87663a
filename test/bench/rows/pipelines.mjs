import * as Effect from 'effect/Effect';
import { PGraph } from 'p-graph';
import { median, show, showSpread, spread } from '../harness/figures.mjs';
import { load } from '../harness/library.mjs';

const STEPS = 10_000;
const EDGES_PER_NODE = 3;
const SIZES = [1_000, 10_000, 100_000];

/** Steps that do nothing, each a function of its own, as they are in an application. */
const steps = Array.from({ length: STEPS }, () => async () => undefined);

/** Pipelines in memory beside a bare loop, a bare ready queue, and what others make of the same work. CPU time, building left out. */
export default async function pipelines({ libraries, rounds, print, record, report }) {
  const means = { rounds, print, record, report };
  await runs('chain', 'a bare await loop', { atMost: 8, goal: 4 }, await chains(libraries), means);
  await runs('dag', 'a bare ready queue', { atMost: 4, goal: 2 }, await dags(libraries), means);
  await runs('pipelines', 'bare functions of 5 awaits', { atMost: 10, goal: 6 }, await many(libraries), means);
  await building({ libraries, rounds, print, record });
}

async function runs(row, limit, bar, contenders, { rounds, print, record, report }) {
  const times = contenders.map(() => []);
  for (let round = -3; round < rounds * 3; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + round + 2 * contenders.length) % contenders.length;
      const us = await cpuOf(contenders[index].run);
      // The first rounds only warm up.
      if (round >= 0) times[index].push((us * 1_000) / STEPS);
    }
  }
  print(`\n| ${row}: CPU ns per ${row === 'pipelines' ? 'pipeline' : 'step'} | | × ${limit} |`);
  print('|---|--:|--:|');
  for (const [index, { name }] of contenders.entries()) {
    const ns = spread(times[index]);
    const ratio = ns.median / median(times[0]);
    record({ row, contender: name, rounds, ns, ratio });
    const own = name === 'engine' && { bar: { of: 'ratio', ...bar } };
    report({ row: 'pipelines', what: row, contender: name, figure: ns, unit: 'CPU ns', ratio, over: limit, ...own });
    print(`| ${name} | ${showSpread(ns)} | ${show(ratio)} |`);
  }
}

async function cpuOf(run) {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);

  return user + system;
}

async function chains(libraries) {
  const before = (at) => (at === 0 ? [] : [`s${at - 1}`]);
  const effects = steps.map((step) => Effect.promise(step));
  const graph = new PGraph(
    new Map(steps.map((run, at) => [`s${at}`, { run }])),
    steps.slice(1).map((_, at) => [`s${at}`, `s${at + 1}`]),
  );

  return [
    {
      name: 'bare',
      async run() {
        for (const step of steps) await step();
      },
    },
    ...(await each(libraries, ({ Pipeline, step }) => [
      [
        '',
        new Pipeline(
          'chain',
          steps.map((run, at) => step(`s${at}`, run, before(at))),
        ),
      ],
    ])),
    { name: 'effect', run: () => Effect.runPromise(Effect.forEach(effects, (effect) => effect, { discard: true })) },
    { name: 'p-graph', run: () => graph.run() },
  ];
}

async function dags(libraries) {
  const before = dependencies(STEPS);
  const graph = new PGraph(
    new Map(steps.map((run, at) => [`s${at}`, { run }])),
    before.flatMap((all, at) => all.map((one) => [`s${one}`, `s${at}`])),
  );
  const build = ({ Pipeline, step }, options) =>
    new Pipeline(
      'dag',
      steps.map((run, at) =>
        step(
          `s${at}`,
          run,
          before[at].map((one) => `s${one}`),
        ),
      ),
      options,
    );

  return [
    { name: 'bare', run: readyQueue(before) },
    ...(await each(libraries, (library) => [
      ['', build(library, {})],
      [', all at one time', build(library, { parallelism: Infinity })],
    ])),
    { name: 'p-graph', run: () => graph.run() },
  ];
}

async function many(libraries) {
  const five = steps.slice(0, 5);
  const bare = async () => {
    for (const step of five) await step();
  };
  const effect = Effect.forEach(
    five.map((step) => Effect.promise(step)),
    (one) => one,
    { discard: true },
  );
  const times = (run) => () => Promise.all(Array.from({ length: STEPS }, run));

  return [
    { name: 'bare', run: times(bare) },
    ...(
      await each(libraries, ({ Pipeline, step }) => [
        [
          '',
          new Pipeline(
            'five',
            five.map((run, at) => step(`s${at}`, run, at === 0 ? [] : [`s${at - 1}`])),
          ),
        ],
      ])
    ).map(({ name, run }) => ({ name, run: times(run) })),
    { name: 'effect', run: times(() => Effect.runPromise(effect)) },
  ];
}

/** Building and validating, which has to be linear: the price of a node must not grow with the graph. */
async function building({ libraries, rounds, print, record }) {
  print('\n| building: CPU µs per node | 1,000 | 10,000 | 100,000 |');
  print('|---|--:|--:|--:|');
  for (const { name, folder } of libraries) {
    const { Pipeline, step } = await load(folder, 'pipeline/index.js');
    const cells = [];
    for (const size of SIZES) {
      const before = dependencies(size);
      const us = [];
      for (let round = 0; round < Math.min(rounds, 3); round += 1) {
        const own = before.map((all, at) =>
          step(
            `s${at}`,
            steps[0],
            all.map((one) => `s${one}`),
          ),
        );
        us.push((await cpuOf(() => new Pipeline('dag', own))) / size);
      }
      record({ row: 'building', contender: name, size, us: spread(us) });
      cells.push(showSpread(spread(us)));
    }
    print(`| ${name} | ${cells.join(' | ')} |`);
  }
}

async function each(libraries, build) {
  const all = [];
  for (const { name, folder } of libraries) {
    const library = await load(folder, 'pipeline/index.js');
    for (const [suffix, pipeline] of build(library))
      all.push({ name: `${name}${suffix}`, run: () => pipeline.execute() });
  }

  return all;
}

/** Each node waits for three of the hundred before it; the same for everybody. */
function dependencies(size) {
  let state = 1;
  const random = () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff;

  return Array.from({ length: size }, (_, at) => {
    const chosen = new Set();
    while (chosen.size < Math.min(at, EDGES_PER_NODE)) chosen.add(Math.max(0, at - 1 - Math.floor(random() * 100)));
    return [...chosen];
  });
}

/** In-degrees and lists of dependents in arrays, and nothing else. */
function readyQueue(before) {
  const size = before.length;
  const offsets = new Uint32Array(size + 1);
  for (const all of before) for (const one of all) offsets[one + 1] += 1;
  for (let at = 0; at < size; at += 1) offsets[at + 1] += offsets[at];
  const next = offsets.slice();
  const dependents = new Uint32Array(offsets[size]);
  before.forEach((all, at) => all.forEach((one) => (dependents[next[one]++] = at)));
  const inDegrees = Uint32Array.from(before, ({ length }) => length);

  return () =>
    new Promise((resolve) => {
      const waitsFor = inDegrees.slice();
      let left = size;
      const begin = (node) => {
        steps[node]().then(() => {
          for (let at = offsets[node]; at < offsets[node + 1]; at += 1)
            if ((waitsFor[dependents[at]] -= 1) === 0) begin(dependents[at]);
          if ((left -= 1) === 0) resolve();
        });
      };
      for (let node = 0; node < size; node += 1) if (inDegrees[node] === 0) begin(node);
    });
}
