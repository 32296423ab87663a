import { engineContender } from '../contenders/engine.mjs';
import { startPeers } from '../contenders/peers.mjs';
import { createRawTables, rawGroupAdaptive, rawSequential } from '../contenders/raw.mjs';
import { median, quantile, show, showSpread, spread } from '../harness/figures.mjs';
import { interleave } from '../harness/slices.mjs';
import { startServer } from '../harness/server.mjs';

/**
 * Gate and goal of the engine by cell: alone over one INSERT for each commit, else over the limit; and how many rounds a cell whose
 * workflows take long has at most.
 */
const CELLS = [
  { steps: 5, loops: 1, bar: [0.85, 1] },
  { steps: 5, loops: 32, bar: [0.6, 0.85], overDbos: 15 },
  { steps: 5, loops: 256, bar: [0.5, 0.75], overDbos: 15 },
  { steps: 50, loops: 1, bar: [0.85, 1] },
  { steps: 50, loops: 32, bar: [0.6, 0.85], overDbos: 15, rounds: 3 },
  { steps: 50, loops: 256, bar: [0.4, 0.75], overDbos: 15, rounds: 2 },
];
const QUICK = ['5×1', '5×32', '5×256'];

/** Durable workflows of steps that do nothing, beside the limits of the database and the engines of others. */
export default async function throughput(context) {
  await measureThroughput(context, { row: 'throughput', cells: CELLS });
}

/** @param server Settings of the server beside those that were asked for. */
export async function measureThroughput(context, { row, cells, server: own = {} }) {
  const { only = context.quick ? QUICK : undefined, settings } = context;
  for (const cell of cells) {
    const name = `${cell.steps}×${cell.loops}`;
    if (only !== undefined && !only.includes(name)) continue;
    await context.piece(`${row} ${name}`, async () => {
      const server = await startServer({ ...own, ...settings });
      try {
        await measureCell(context, server, { ...cell, row, name });
      } finally {
        await server.stop();
      }
    });
  }
}

async function measureCell(context, server, cell) {
  const { libraries, sliceMs, warmUpMs } = context;
  const { steps, loops, row } = cell;
  const rounds = Math.min(context.rounds, cell.rounds ?? context.rounds);
  await createRawTables(server);
  const contenders = [rawSequential(server.url, steps), rawGroupAdaptive(server.url, steps)];
  for (const { name, folder } of libraries) {
    await server.query(`CREATE SCHEMA "bench_${name.replace(/\W/g, '_')}"`);
    contenders.push(await engineContender(folder, server.url, steps, name));
  }
  const peers = context.peers ? await startPeers(server, context, row) : undefined;
  contenders.push(...(peers?.contenders(steps, loops) ?? []));
  try {
    tell(context, cell, contenders, await interleave(contenders, { rounds, sliceMs, warmUpMs, loops, server }));
  } finally {
    for (const contender of contenders) await contender.close?.();
    await peers?.close();
  }
}

function tell({ print, record, report }, { row, name, loops, bar, overDbos }, contenders, slices) {
  print(
    '\n| cell | contender | steps/s | × raw-seq | × limit | p50 / p99 ms | stmts, commits, WAL B, CPU µs per step |\n|---|---|--:|--:|--:|--:|--:|',
  );
  const ratioTo = (index, other) =>
    spread(slices[index].map((one, round) => one.stepsPerSecond / slices[other][round].stepsPerSecond));
  for (const [index, contender] of contenders.entries()) {
    const latencies = slices[index].flatMap((one) => one.latencies);
    const perStep = (figure) => median(slices[index].map((one) => one.perStep[figure]));
    const store = contender.keepsOwnStore === true ? () => undefined : perStep;
    const figures = {
      stepsPerSecond: spread(slices[index].map((one) => one.stepsPerSecond)),
      ofSequential: ratioTo(index, 0),
      ofLimit: ratioTo(index, 1),
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      statements: store('statements'),
      commits: store('commits'),
      walBytes: store('walBytes'),
      cpuUs: perStep('cpuUs'),
    };
    record({ row, cell: name, contender: contender.name, rounds: slices[index].length, ...figures });
    print(
      `| ${name} | ${contender.name} | ${showSpread(figures.stepsPerSecond)} | ${showSpread(figures.ofSequential)} | ${showSpread(figures.ofLimit)} | ` +
        `${show(figures.p50Ms)} / ${show(figures.p99Ms)} | ${show(figures.statements)}, ${show(figures.commits)}, ${show(figures.walBytes)}, ${show(figures.cpuUs)} |`,
    );
    const [ratio, over] = loops === 1 ? [figures.ofSequential, 'raw-seq'] : [figures.ofLimit, 'limit'];
    const own = contender.name === 'engine' && { bar: { of: 'ratio', atLeast: bar[0], goal: bar[1] } };
    report({
      row,
      what: name,
      contender: contender.name,
      figure: figures.stepsPerSecond,
      unit: 'steps/s',
      ratio,
      over,
      ...own,
    });
  }
  const [engine, dbos] = ['engine', 'DBOS'].map((one) => contenders.findIndex((contender) => contender.name === one));
  if (overDbos === undefined || dbos === -1) return;
  const bars = { ratio: ratioTo(engine, dbos), over: 'DBOS', bar: { of: 'ratio', atLeast: overDbos } };
  report({
    row,
    what: name,
    contender: 'engine',
    figure: spread(slices[engine].map((one) => one.stepsPerSecond)),
    unit: 'steps/s',
    ...bars,
  });
}
