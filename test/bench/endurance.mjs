/**
 * `node --expose-gc test/bench/endurance.mjs [instances 1000000] [hours 24]`: whether memory stays flat on the memory store. Short
 * instances one after another, or a day of virtual time with timers, cron and signals; the heap after a full collection, looked at in
 * equal parts, and the slope of its second half. Each look is appended to `results/endurance.jsonl`.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMemoryEngine } from './harness/engine.mjs';
import { compileLibrary, load } from './harness/library.mjs';

const LOOKS = 20;
const AT_ONE_TIME = 100;

const results = fileURLToPath(new URL('./results/', import.meta.url));
const library = compileLibrary();
const runs = { instances, hours };

mkdirSync(results, { recursive: true });
const asked = process.argv.slice(2);
const [what, amount] = asked.length === 2 ? asked : ['instances', '1000000'];
await runs[what](Number(amount));

/** Short instances: one step, with a few at one time. */
async function instances(count) {
  const short = {
    name: 'short',
    version: 1,
    model: 'workflow',
    run: (ctx, input) => ctx.step('double', () => input * 2),
  };
  const { client, close } = await createMemoryEngine(library, [short]);
  let done = 0;
  await watch('instances', async () => {
    for (const end = done + count / LOOKS; done < end; done += AT_ONE_TIME) {
      await Promise.all(Array.from({ length: AT_ONE_TIME }, (_, number) => client.startAndWait(short, number)));
    }
    return done;
  });
  await close();
}

/** Virtual time: each minute a workflow that waits for a signal, a timer and a cron instant. */
async function hours(count) {
  const { VirtualClock } = await load(library, 'core/time/index.js');
  const clock = new VirtualClock();
  const waiting = {
    name: 'waiting',
    version: 1,
    model: 'workflow',
    run: async (ctx) => {
      await ctx.sleep('pause', '90s');
      await ctx.sleep('next-hour', { cron: '0 * * * *' });
      const { key } = await ctx.waitForAny('answer', { signal: ctx.signalWait('go'), late: ctx.timer('10m') });

      return key;
    },
  };
  const beating = {
    name: 'beating',
    version: 1,
    model: 'workflow',
    run: async (ctx, turn) => {
      await ctx.sleep('beat', '10s');

      return ctx.continueAsNew(turn + 1);
    },
  };
  const { client, close } = await createMemoryEngine(library, [waiting, beating], {
    clock,
    worker: { concurrency: 1_000, pollInterval: '1h' },
    // What has ended goes after two hours, so that the day reaches a level.
    purge: { olderThan: '2h', every: '10m' },
  });
  await client.start(beating, 0, { id: 'heart' });
  let minutes = 0;
  await watch('minutes', async () => {
    for (const end = minutes + (count * 60) / LOOKS; minutes < end; minutes += 1) {
      await client.start(waiting, {}, { id: `waiting-${minutes}` });
      await clock.advance('1m');
      // Every second one gets its signal; the others run into their time-out.
      if (minutes >= 120 && minutes % 2 === 0)
        await client.signal(`waiting-${minutes - 65}`, 'go', {}).catch(() => undefined);
    }
    return minutes;
  });
  await close();
}

/** Looks at the heap after each part of the work. */
async function watch(unit, part) {
  const looks = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const done = await part();
    await settle();
    const heapBytes = process.memoryUsage().heapUsed;
    looks.push({ done, heapBytes });
    appendFileSync(path.join(results, 'endurance.jsonl'), `${JSON.stringify({ unit, done, heapBytes })}\n`);
    console.log(`${done.toLocaleString('en-US')} ${unit}: ${(heapBytes / 1e6).toFixed(2)} MB`);
  }
  const half = looks.slice(LOOKS / 2);
  console.log(`slope of the second half: ${slopeOf(half).toFixed(3)} bytes per ${unit.slice(0, -1)}`);
}

async function settle() {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc();
  }
}

/** Least squares. */
function slopeOf(looks) {
  const mean = (read) => looks.reduce((sum, look) => sum + read(look), 0) / looks.length;
  const done = mean((look) => look.done);
  const heap = mean((look) => look.heapBytes);
  const covariance = mean((look) => (look.done - done) * (look.heapBytes - heap));
  return covariance / mean((look) => (look.done - done) ** 2);
}
