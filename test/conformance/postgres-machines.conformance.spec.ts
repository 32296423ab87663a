import type { DataSource } from 'typeorm';
import { createTypeOrmStore } from '../../lib/typeorm/index.js';
import { machineBehaviour } from '../engine/machine-behaviour.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';

describe('on Postgres', () => {
  let fixture: PostgresFixture;
  let first: DataSource;
  let other: DataSource;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('machines');
    first = await fixture.dataSource();
    other = await fixture.dataSource();
    await (await fixture.store({}, first)).close();
  });

  afterAll(() => fixture.dispose());

  machineBehaviour('Postgres', async (clock) => {
    await fixture.empty();
    const begin = clock.monotonic();
    const options = { schema: fixture.schema, notify: false, clockOffsetMs: () => clock.monotonic() - begin };
    const open = async (dataSource: DataSource) => {
      const store = createTypeOrmStore(dataSource, options);
      await store.open();
      return store;
    };
    const views = [await open(first)];
    return {
      store: views[0]!,
      second: async () => {
        const view = await open(other);
        views.push(view);
        return view;
      },
      dispose: async () => {
        for (const view of views) await view.close();
      },
    };
  });
});
