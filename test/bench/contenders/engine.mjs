import { chain, createBenchEngine } from '../harness/engine.mjs';

/** The library over its own schema, as one process of an application runs it. */
export async function engineContender(library, url, steps, name = 'engine') {
  const workflow = chain(steps);
  const schema = `bench_${name.replace(/\W/g, '_')}`;
  const bench = await createBenchEngine(library, url, [workflow], {
    store: { schema },
    worker: { concurrency: 512, id: `${name}-${steps}` },
  });

  return {
    name,
    steps,
    async runWorkflow() {
      await bench.client.startAndWait(workflow, { n: 1 });
    },
    close: () => bench.close(),
  };
}
