import { engineContender } from '../contenders/engine.mjs';
import { createRawTables, rawGroupAdaptive, rawSequential } from '../contenders/raw.mjs';
import { median, quantile, show, showSpread, spread } from '../harness/figures.mjs';
import { interleave } from '../harness/slices.mjs';
import { startServer } from '../harness/server.mjs';

const CELLS = [
  { steps: 5, loops: 1 },
  { steps: 5, loops: 32 },
  { steps: 5, loops: 256 },
  { steps: 50, loops: 1 },
  { steps: 50, loops: 32 },
];

/** Gate and goal of the engine over the limit, by cell. Alone the limit is one INSERT for each commit. */
const BARS = { '5×1': [0.85, 1], '5×32': [0.6, 0.85], '5×256': [0.5, 0.75], '50×1': [0.85, 1], '50×32': [0.6, 0.85] };

/** Durable workflows of steps that do nothing, beside the limits of the database. */
export async function throughput({ libraries, rounds, sliceMs, only, print, record, settings }) {
  const server = await startServer(settings);
  try {
    await createRawTables(server);
    print(
      '| cell | contender | steps/s | × raw-seq | × limit | p50 / p99 ms | stmts, commits, WAL B, CPU µs per step |',
    );
    print('|---|---|--:|--:|--:|--:|--:|');
    for (const { steps, loops } of CELLS) {
      const cell = `${steps}×${loops}`;
      if (only !== undefined && !only.includes(cell)) continue;
      for (const { name } of libraries)
        await server.query(`CREATE SCHEMA IF NOT EXISTS "bench_${name.replace(/\W/g, '_')}"`);
      const contenders = [rawSequential(server.url, steps), rawGroupAdaptive(server.url, steps)];
      for (const { name, folder } of libraries) {
        contenders.push(await engineContender(folder, server.url, steps, name));
      }
      const slices = await interleave(contenders, { rounds, sliceMs, loops, server });
      for (const [index, contender] of contenders.entries()) {
        const ratio = (other) =>
          spread(slices[index].map((one, round) => one.stepsPerSecond / slices[other][round].stepsPerSecond));
        const latencies = slices[index].flatMap((one) => one.latencies);
        const perStep = (figure) => median(slices[index].map((one) => one.perStep[figure]));
        const figures = {
          stepsPerSecond: spread(slices[index].map((one) => one.stepsPerSecond)),
          ofSequential: ratio(0),
          ofLimit: ratio(1),
          p50Ms: quantile(latencies, 0.5),
          p99Ms: quantile(latencies, 0.99),
          statements: perStep('statements'),
          commits: perStep('commits'),
          walBytes: perStep('walBytes'),
          cpuUs: perStep('cpuUs'),
        };
        record({ row: 'throughput', cell, contender: contender.name, rounds, ...figures });
        print(
          `| ${cell} | ${contender.name} | ${showSpread(figures.stepsPerSecond)} | ${index === 0 ? '1' : showSpread(figures.ofSequential)} | ` +
            `${index < 2 ? (index === 1 ? '1' : '') : `**${showSpread(figures.ofLimit)}**`} | ${show(figures.p50Ms)} / ${show(figures.p99Ms)} | ` +
            `${show(figures.statements)}, ${show(figures.commits)}, ${show(figures.walBytes)}, ${show(figures.cpuUs)} |`,
        );
      }
      print(
        `| ${cell} | bar | | ${loops === 1 ? `gate ${BARS[cell][0]}, goal ${BARS[cell][1]}` : ''} | ${loops === 1 ? '' : `gate ${BARS[cell][0]}, goal ${BARS[cell][1]}`} | | |`,
      );
      for (const contender of contenders) await contender.close();
    }
  } finally {
    await server.stop();
  }
}
