import type { DataSource } from 'typeorm';
import { delay, systemClock } from '../../lib/core/time/index.js';
import type { TypeOrmStoreOptions } from '../../lib/typeorm/index.js';
import { createTypeOrmStore } from '../../lib/typeorm/index.js';
import { statePersistenceContract, workflowStoreContract, type StoreHarness } from '../../lib/testing/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';

/** Also the time a transactional step has to commit, so not shorter than what a case does meanwhile on a busy machine. */
const LOCK_TIMEOUT_MS = 1_500;

describe('PostgresStore keeps the store contract', () => {
  let fixture: PostgresFixture;
  let first: DataSource;
  let other: DataSource;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('contract');
    first = await fixture.dataSource();
    other = await fixture.dataSource();
    const migrated = await fixture.store({}, first);
    await migrated.close();
  });

  afterAll(() => fixture.dispose());

  const createHarness = (): Promise<StoreHarness> => harnessWith({ outbox: true });

  async function harnessWith({ outbox }: { readonly outbox: boolean }): Promise<StoreHarness> {
    await fixture.empty();
    let offsetMs = 0;
    const options: TypeOrmStoreOptions = {
      schema: fixture.schema,
      outbox,
      notify: true,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
      clockOffsetMs: () => offsetMs,
    };
    const store = createTypeOrmStore(first, options);
    const second = createTypeOrmStore(other, options);
    await store.open();
    await second.open();
    return {
      store,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
      second: async () => second,
      advance: async (ms) => {
        offsetMs += ms;
      },
      pause: () => delay(systemClock, 5),
      transaction: (work) => first.transaction(work),
      dispose: async () => {
        await store.close();
        await second.close();
      },
    };
  }

  for (const { name, run } of workflowStoreContract(createHarness, { rounds: 60 })) it(name, run);
  for (const { name, run } of statePersistenceContract(createHarness)) it(name, run);

  describe('without an outbox, where ends have short statements of their own', () => {
    const contract = workflowStoreContract(() => harnessWith({ outbox: false }), { rounds: 60 });
    for (const { name, run } of contract) if (name.startsWith('last entries: ')) it(name, run);
  });
});
