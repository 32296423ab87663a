/**
 * An engine in a process of its own, told by messages what to run. Arguments: the compiled library, the database, and as JSON what to be:
 * `holds` (its workflows stop for ever behind their second step), and options of the worker.
 * Instants travel as nanoseconds of the machine's monotonic clock, which all processes share.
 */
import { createBenchEngine } from '../harness/engine.mjs';

const [library, url, words = '{}'] = process.argv.slice(2);
const { holds = false, worker = {} } = JSON.parse(words);
const tell = (message) => process.send(message);
const now = () => Number(process.hrtime.bigint());

/** Waits for signals for ever, and tells when each of them has woken the code. */
const listener = {
  name: 'listener',
  version: 1,
  model: 'workflow',
  run: async (ctx) => {
    for (let turn = 1; ; turn += 1) {
      await ctx.waitForSignal(`wait-${turn}`, 'go');
      tell({ resumed: ctx.workflowId, turn, at: now() });
    }
  },
};

/** Stops for ever behind its second step while the process is told to hold. */
const stopping = {
  name: 'stopping',
  version: 1,
  model: 'workflow',
  run: async (ctx) => {
    for (let number = 1; number <= 5; number += 1) {
      await ctx.step(`step-${number}`, () =>
        holds && number > 2 ? new Promise(() => tell({ holding: true })) : number,
      );
    }
  },
};

/** Takes its steps many at a time, then waits to be woken; tells when its code has gone on. */
const long = {
  name: 'long',
  version: 1,
  model: 'workflow',
  run: async (ctx, { steps, width }) => {
    for (let first = 0; first < steps; first += width) {
      await Promise.all(Array.from({ length: width }, (_, at) => ctx.step(`step-${first + at}`, () => at)));
    }
    await ctx.waitForSignal('wait', 'go');
    tell({ resumed: ctx.workflowId, at: now() });
  },
};

/** One step. */
const short = { name: 'short', version: 1, model: 'workflow', run: (ctx) => ctx.step('only', () => 1) };

const bench = await createBenchEngine(library, url, [listener, stopping, long, short], {
  worker: { concurrency: 2_000, id: 'bench-process', ...worker },
});
process.on('message', ({ start, workflow, input, ids }) => {
  if (start)
    void Promise.all(ids.map((id) => bench.client.start(workflow, input, { id }))).then(() => tell({ started: true }));
});
process.on('disconnect', () => process.exit());
tell({ ready: true });
