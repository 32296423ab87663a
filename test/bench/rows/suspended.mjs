import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBenchEngine } from '../harness/engine.mjs';
import { show } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const AT_A_TIME = 256;

/** Many instances that all sleep until one instant: what they hold meanwhile, and how long it takes until the last has gone on. */
export default async function suspended({ library, settings, piece, size, print, record, report }) {
  const instances = size(100_000, 10_000);
  await piece(`suspended ${instances}`, async () => {
    const server = await startServer(settings);
    try {
      const woken = [];
      const sleeping = {
        name: 'sleeping',
        version: 1,
        model: 'workflow',
        run: async (ctx, until) => {
          await ctx.sleep('until', { until: new Date(until) });
          woken.push(Date.now());
        },
      };
      const { client, close } = await createBenchEngine(library, server.url, [sleeping], {
        worker: { concurrency: 1_000 },
      });
      gc();
      const before = process.memoryUsage().heapUsed;
      const startedAt = performance.now();
      const wakeAt = Date.now() + size(100_000, 15_000);
      let started = 0;
      const starting = async () => {
        while (started < instances) await client.start(sleeping, wakeAt, { id: `sleeping-${(started += 1)}` });
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, starting));
      while ((await open(server, `status <> 'suspended'`)) > 0) await pause(50);
      const startMs = performance.now() - startedAt;
      if (Date.now() > wakeAt - 1_000)
        throw new Error(`Starting took ${show(startMs)} ms: too long to see them all suspended.`);
      gc();
      const heapMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
      await pause(wakeAt - Date.now());
      while (woken.length < instances) await pause(50);
      while ((await open(server, `status <> 'completed'`)) > 0) await pause(50);
      const wakeMs = Date.now() - wakeAt;
      const earliestMs = woken.reduce((least, at) => Math.min(least, at - wakeAt), Infinity);
      record({ row: 'suspended', instances, startMs, heapMb, wakeMs, earliestMs });
      print(
        `${show(instances)} suspended instances hold ${show(heapMb)} MB; all have gone on and ended ${show(wakeMs)} ms after their instant, the first ${show(earliestMs)} ms after it. Starting them took ${show(startMs)} ms.`,
      );
      const line = { row: 'suspended', contender: 'engine' };
      report({ ...line, what: `${show(instances)} instances, heap`, figure: heapMb, unit: 'MB' });
      report({ ...line, what: `${show(instances)} instances, all woken by timer`, figure: wakeMs / 1_000, unit: 's' });
      await close();
    } finally {
      await server.stop();
    }
  });
}

async function open(server, condition) {
  const { rows } = await server.query(`SELECT count(*)::int4 AS n FROM workflow_instances WHERE ${condition}`);

  return rows[0].n;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
