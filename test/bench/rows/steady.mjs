import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBenchEngine, createMemoryEngine } from '../harness/engine.mjs';
import { show } from '../harness/figures.mjs';
import { load } from '../harness/library.mjs';
import { startServer } from '../harness/server.mjs';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const LOOPS = 256;
const READINGS = 20;

/** Whether a process grows with what it has done: many short instances in Postgres, and a day of virtual time in memory. */
export default async function steady(context) {
  await context.piece('steady instances', () => manyInstances(context));
  await context.piece('steady day', () => aDay(context));
}

async function manyInstances({ library, settings, size, ...rest }) {
  const instances = size(1_000_000, 50_000);
  const server = await startServer(settings);
  try {
    const short = { name: 'short', version: 1, model: 'workflow', run: (ctx) => ctx.step('only', () => 1) };
    const { client, close } = await createBenchEngine(library, server.url, [short], { worker: { concurrency: 512 } });
    const readings = [];
    let done = 0;
    for (let reading = 0; reading < READINGS; reading += 1) {
      const until = ((reading + 1) * instances) / READINGS;
      await Promise.all(
        Array.from({ length: LOOPS }, async () => {
          while (done < until) {
            done += 1;
            await client.startAndWait(short);
          }
        }),
      );
      readings.push([done, heap()]);
    }
    await close();
    tell(rest, `${show(done)} short instances`, 'instance', done, readings);
  } finally {
    await server.stop();
  }
}

/** An instance begins every second, sleeps for a minute and ends; what has ended is deleted after an hour. */
async function aDay({ library, size, ...rest }) {
  const hours = size(24, 6);
  const { VirtualClock } = await load(library, 'core/time/index.js');
  const clock = new VirtualClock();
  const sleeping = {
    name: 'sleeping',
    version: 1,
    model: 'workflow',
    run: async (ctx) => {
      await ctx.step('before', () => 1);
      await ctx.sleep('minute', '1m');
      await ctx.step('after', () => 2);
    },
  };
  const { client, engine } = await createMemoryEngine(library, [sleeping], {
    clock,
    purge: { olderThan: '1h', every: '10m' },
    worker: { concurrency: 1_000, pollInterval: '10m', leaseDuration: '1d' },
  });
  const readings = [];
  let done = 0;
  engine.services.bus.subscribe(({ type }) => (done += type === 'completed' ? 1 : 0));
  for (let second = 1; second <= hours * 3_600; second += 1) {
    await client.start(sleeping);
    await clock.advance(1_000);
    await engine.worker.drain();
    // In the second hour the first of them are deleted: from then on nothing should be more than before, at the same minute.
    if (second % 3_600 === 0 && second > 7_200) readings.push([done, heap()]);
  }
  tell(rest, `${hours} hours of virtual time`, 'instance', done, readings);
}

function heap() {
  gc();
  gc();

  return process.memoryUsage().heapUsed;
}

/** The slope of the later half of the readings: the first one still warms up. */
function tell({ print, record, report }, what, each, done, readings) {
  const later = readings.slice(readings.length >> 1);
  const slope = slopeOf(later);
  const heapMb = readings.map(([, bytes]) => bytes / 2 ** 20);
  record({ row: 'steady', what, done, slope, heapMb });
  print(
    `${what}: ${show(done)} done, heap ${heapMb.map(show).join(', ')} MB; ${show(slope)} bytes more with each ${each}.`,
  );
  report({
    row: 'steady',
    what,
    contender: 'engine',
    figure: slope,
    unit: `bytes of heap with each of ${show(done)}`,
    bar: { of: 'figure', atMost: 1 },
  });
}

function slopeOf(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([a]) => a), mean(([, b]) => b)];
  const over = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);

  return over / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
