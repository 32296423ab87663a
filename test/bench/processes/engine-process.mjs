/**
 * An engine in a process of its own, told by messages what to run. Arguments: the compiled library, the database, what to be.
 * Instants travel as nanoseconds of the machine's monotonic clock, which all processes share.
 */
import { createBenchEngine } from '../harness/engine.mjs';

const [library, url, role] = process.argv.slice(2);
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
        role === 'holder' && number > 2 ? new Promise(() => tell({ holding: true })) : number,
      );
    }
  },
};

const bench = await createBenchEngine(library, url, [listener, stopping], {
  worker: { concurrency: 2_000, id: 'bench-process' },
});
process.on('message', ({ start, workflow, ids }) => {
  if (start)
    void Promise.all(ids.map((id) => bench.client.start(workflow, undefined, { id }))).then(() =>
      tell({ started: true }),
    );
});
process.on('disconnect', () => process.exit());
tell({ ready: true });
