import { BenchProcess } from '../harness/child.mjs';
import { createBenchEngine } from '../harness/engine.mjs';
import { median, show, showSpread, spread } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';

/** Runs of many steps: what a late step costs beside an early one, how long the longest takes, and how soon a long one is resumed. */
export default async function longRuns(context) {
  await context.piece('long-runs steps', () => withEngine(context, lateSteps));
  const steps = context.size(100_000, 5_000);
  await context.piece(`long-runs ${steps}`, () => withEngine(context, (bench, own) => longest(bench, own, steps)));
  await context.piece('long-runs resume', () => resume(context));
}

/** Tells when each step has been handed over. */
const marks = [];
const counting = {
  name: 'counting',
  version: 1,
  model: 'workflow',
  run: async (ctx, steps) => {
    marks.length = 0;
    for (let number = 1; number <= steps; number += 1) {
      await ctx.step(`step-${number}`, () => number);
      marks.push(performance.now());
    }
  },
};

async function withEngine(context, run) {
  const server = await startServer(context.settings);
  try {
    const bench = await createBenchEngine(context.library, server.url, [counting]);
    await run(bench, context);
    await bench.close();
  } finally {
    await server.stop();
  }
}

/** The median of a stretch of steps, milliseconds. */
function stretch(from, to) {
  return median(marks.slice(from, to).map((at, index) => at - marks[from + index - 1]));
}

async function lateSteps({ client }, { rounds, print, record, report, size }) {
  const late = size(10_000, 2_000);
  const ratios = [];
  const early = [];
  await client.startAndWait(counting, 500);
  for (let round = 0; round < rounds; round += 1) {
    await client.startAndWait(counting, late + 100);
    const lateMs = stretch(late - 100, late + 100);
    const first = [];
    for (let run = 0; run < 20; run += 1) {
      await client.startAndWait(counting, 20);
      first.push(stretch(5, 15));
    }
    early.push(median(first));
    ratios.push(lateMs / median(first));
  }
  const [figure, ratio] = [spread(early), spread(ratios)];
  record({ row: 'long-runs', late, earlyMs: figure, ratio });
  print(`Step ${show(late)} takes ${showSpread(ratio)} × step 10, which takes ${showSpread(figure)} ms.`);
  report({
    row: 'long-runs',
    what: `step ${show(late)}`,
    contender: 'engine',
    figure,
    unit: 'ms for step 10',
    ratio,
    over: 'step 10',
    bar: { of: 'ratio', atMost: 1.2 },
  });
}

async function longest({ client }, { print, record, report }, steps) {
  const startedAt = performance.now();
  await client.startAndWait(counting, steps);
  const seconds = (performance.now() - startedAt) / 1_000;
  const ratio = stretch(steps - 1_000, steps) / stretch(1_000, 2_000);
  record({ row: 'long-runs', steps, seconds, ratio });
  print(`A run of ${show(steps)} steps takes ${show(seconds)} s; its last thousand ${show(ratio)} × its second.`);
  report({
    row: 'long-runs',
    what: `a run of ${show(steps)} steps`,
    contender: 'engine',
    figure: seconds,
    unit: 's',
    ratio,
    over: 'its second thousand, its last',
  });
}

/** A suspended instance with a long journal, woken by a signal in a process that does not know it yet. */
async function resume({ library, settings, rounds, print, record, report, size }) {
  const entries = size(50_000, 5_000);
  const times = [];
  const server = await startServer(settings);
  const open = () => new BenchProcess('engine-process', library, server.url);
  try {
    let worker = open();
    await worker.hear(({ ready }) => ready);
    const input = { steps: entries, width: 500 };
    worker.send({
      start: true,
      workflow: 'long',
      input,
      ids: Array.from({ length: Math.min(rounds, 3) }, (_, at) => `long-${at}`),
    });
    const sender = await createBenchEngine(library, server.url, [], { worker: false });
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      while ((await sender.client.getStatus(`long-${round}`).catch(() => undefined))?.status !== 'suspended') {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    await worker.kill();
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      worker = open();
      await worker.hear(({ ready }) => ready);
      const resumed = worker.hear((message) => message.resumed === `long-${round}`);
      const sentAt = performance.now();
      await sender.client.signalInstance(`long-${round}`, 'go');
      await resumed;
      times.push(performance.now() - sentAt);
      await worker.kill();
    }
    await sender.close();
  } finally {
    await server.stop();
  }
  const figure = spread(times);
  record({ row: 'long-runs', resumed: entries, figure });
  print(`An instance of ${show(entries)} entries goes on ${showSpread(figure)} ms after its signal, replay included.`);
  report({ row: 'long-runs', what: `resume of ${show(entries)} entries`, contender: 'engine', figure, unit: 'ms' });
}
