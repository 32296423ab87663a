import type { DataSource } from 'typeorm';
import { createTypeOrmStore } from '../../lib/typeorm/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import type { VirtualClock } from '../../lib/core/time/index.js';
import { engineBehaviour } from '../engine/behaviour.js';
import type { EngineStore } from '../engine/harness.js';
import { graphBehaviour } from '../engine/graph-behaviour.js';
import { taskBehaviour } from '../engine/task-behaviour.js';

describe('on Postgres', () => {
  let fixture: PostgresFixture;
  let first: DataSource;
  let other: DataSource;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('engine');
    first = await fixture.dataSource();
    other = await fixture.dataSource();
    await (await fixture.store({}, first)).close();
  });

  afterAll(() => fixture.dispose());

  engineBehaviour('Postgres', make);
  taskBehaviour('Postgres', make);
  graphBehaviour('Postgres', make);

  async function make(clock: VirtualClock): Promise<EngineStore> {
    await fixture.empty();
    // The database's time goes on by itself, and with the engine's clock.
    const begin = clock.monotonic();
    const options = { schema: fixture.schema, notify: false, clockOffsetMs: () => clock.monotonic() - begin };
    const store = createTypeOrmStore(first, options);
    await store.open();
    const views = [store];
    return {
      store,
      view: async () => {
        const view = createTypeOrmStore(other, options);
        await view.open();
        views.push(view);
        return view;
      },
      dispose: async () => {
        for (const view of views) await view.close();
      },
    };
  }
});
