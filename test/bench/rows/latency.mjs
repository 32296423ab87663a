import { engineContender } from '../contenders/engine.mjs';
import { startPeers } from '../contenders/peers.mjs';
import { createRawTables, rawSequential } from '../contenders/raw.mjs';
import { BenchProcess } from '../harness/child.mjs';
import { createBenchEngine } from '../harness/engine.mjs';
import { quantile, show } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';
import { interleave } from '../harness/slices.mjs';

const STEPS = 3;
const ELSEWHERE = 200;

/** From the start of a workflow to its result, one at a time: here, and executed by another process. */
export default async function latency(context) {
  await context.piece('latency', async () => {
    const { print, record, report, settings, libraries, rounds, sliceMs } = context;
    const server = await startServer(settings);
    const tell = (what, contender, times) => {
      const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
      record({ row: 'latency', what, contender, p50Ms: p50, p99Ms: p99, samples: times.length });
      print(`| ${what} | ${contender} | ${show(p50)} | ${show(p99)} | ${times.length} |`);
      report({ row: 'latency', what: `${what}, p50`, contender, figure: p50, unit: 'ms' });
      report({ row: 'latency', what: `${what}, p99`, contender, figure: p99, unit: 'ms' });
    };
    try {
      await createRawTables(server);
      const contenders = [rawSequential(server.url, STEPS)];
      for (const { name, folder } of libraries) {
        await server.query(`CREATE SCHEMA "bench_${name.replace(/\W/g, '_')}"`);
        contenders.push(await engineContender(folder, server.url, STEPS, name));
      }
      const peers = context.peers ? await startPeers(server, context, 'latency') : undefined;
      contenders.push(...(peers?.contenders(STEPS, 1) ?? []));
      const slices = await interleave(contenders, { rounds, sliceMs, loops: 1, server });
      print('| start → result | contender | p50 ms | p99 ms | samples |\n|---|---|--:|--:|--:|');
      for (const [index, contender] of contenders.entries()) {
        tell(
          `${STEPS} steps`,
          contender.name,
          slices[index].flatMap(({ latencies }) => latencies),
        );
        await contender.close?.();
      }
      await peers?.close();
      tell('1 step, another process', 'engine', await elsewhere(context.library, server));
    } finally {
      await server.stop();
    }
  });
}

async function elsewhere(library, server) {
  const worker = new BenchProcess('engine-process', library, server.url);
  await worker.hear(({ ready }) => ready);
  const short = { name: 'short', version: 1, model: 'workflow', run: (ctx) => ctx.step('only', () => 1) };
  const { client, close } = await createBenchEngine(library, server.url, [short], { worker: false });
  const times = [];
  for (let turn = -20; turn < ELSEWHERE; turn += 1) {
    const before = performance.now();
    await client.startAndWait(short);
    // The first ones only warm up.
    if (turn >= 0) times.push(performance.now() - before);
  }
  await close();
  await worker.kill();

  return times;
}
