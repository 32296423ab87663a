import { databaseOf } from './dbos.mjs';

/**
 * OpenWorkflow on the same server. An idle worker asks the database once for each of its places, so that it runs in its own slices only.
 * Its `result()` asks once a second: a workflow counts as ended with its body, which flatters it by its last commit.
 */
export async function startOpenWorkflow(server) {
  const [{ OpenWorkflow }, { BackendPostgres }] = await Promise.all([
    import('openworkflow'),
    import('openworkflow/postgres'),
  ]);
  const backend = await BackendPostgres.connect(await databaseOf(server, 'bench_openworkflow'));
  const open = new OpenWorkflow({ backend });
  const ends = new Map();
  const workflows = new Map();
  let runs = 0;

  const define = (steps) =>
    open.defineWorkflow({ name: `chain-${steps}` }, async ({ input, step }) => {
      let last = 0;
      for (let number = 1; number <= steps; number += 1)
        last = await step.run({ name: `step-${number}` }, () => number);
      ends.get(input.run)();
      ends.delete(input.run);

      return last;
    });

  return {
    name: 'OpenWorkflow',
    contender(steps, loops) {
      if (!workflows.has(steps)) workflows.set(steps, define(steps));
      let worker;

      return {
        name: 'OpenWorkflow',
        steps,
        async begin() {
          worker = open.newWorker({ concurrency: loops });
          await worker.start();
        },
        end: () => worker.stop(),
        async runWorkflow() {
          const run = (runs += 1);
          const ended = new Promise((resolve) => ends.set(run, resolve));
          await workflows.get(steps).run({ run });
          await ended;
        },
      };
    },
    close: () => backend.stop(),
  };
}
