import { load } from './library.mjs';

/**
 * An engine of a compiled library over a database, as an application has it, without Nest.
 *
 * @param settings `worker` and whatever else the module takes; `store` and `poolSize` of the data source.
 */
export async function createBenchEngine(
  library,
  url,
  definitions,
  { store: storeOptions, poolSize = 10, ...options } = {},
) {
  const [{ createEngine }, { resolveWorkflowOptions }, { createTypeOrmStore }, { silentLogger }, { DataSource }] =
    await Promise.all([
      load(library, 'workflow.engine.js'),
      load(library, 'workflow.options.js'),
      load(library, 'typeorm/index.js'),
      load(library, 'core/lifecycle/index.js'),
      import('typeorm'),
    ]);
  const dataSource = await new DataSource({ type: 'postgres', url, poolSize, logging: false }).initialize();
  const store = createTypeOrmStore(dataSource, { migrate: true, ...storeOptions });
  const engine = createEngine(resolveWorkflowOptions({ store, ...options }, 'test'), store, silentLogger);
  for (const definition of definitions) engine.services.registry.register(definition);
  await engine.open();
  await engine.start();

  return {
    engine,
    client: engine.client,
    dataSource,
    async close() {
      await engine.stop();
      await engine.close();
      await dataSource.destroy();
    },
  };
}

/** A store alone, opened, over a database. */
export async function createStore(library, url, options = {}) {
  const [{ createTypeOrmStore }, { DataSource }] = await Promise.all([
    load(library, 'typeorm/index.js'),
    import('typeorm'),
  ]);
  const dataSource = await new DataSource({ type: 'postgres', url, poolSize: 4, logging: false }).initialize();
  const store = createTypeOrmStore(dataSource, { migrate: true, ...options });
  await store.open();

  return {
    store,
    async close() {
      await store.close();
      await dataSource.destroy();
    },
  };
}

/** An engine over the memory store. */
export async function createMemoryEngine(library, definitions, options = {}) {
  const [{ createEngine }, { resolveWorkflowOptions }, { MemoryStore }, { silentLogger }] = await Promise.all([
    load(library, 'workflow.engine.js'),
    load(library, 'workflow.options.js'),
    load(library, 'memory/index.js'),
    load(library, 'core/lifecycle/index.js'),
  ]);
  const resolved = resolveWorkflowOptions({ worker: { concurrency: 1_000 }, ...options }, 'test');
  const store = new MemoryStore({ clock: resolved.clock });
  const engine = createEngine(resolved, store, silentLogger);
  for (const definition of definitions) engine.services.registry.register(definition);
  await engine.open();
  await engine.start();

  return {
    engine,
    client: engine.client,
    async close() {
      await engine.stop();
      await engine.close();
    },
  };
}

/** A workflow of that many steps that do nothing. */
export function chain(steps) {
  return {
    name: `chain-${steps}`,
    version: 1,
    model: 'workflow',
    run: async (ctx) => {
      let last = 0;
      for (let number = 1; number <= steps; number += 1) last = await ctx.step(`step-${number}`, () => number);

      return last;
    },
  };
}
