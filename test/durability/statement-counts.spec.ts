import { PostgresStore } from '../../lib/postgres/index.js';
import { TypeOrmDatabase } from '../../lib/typeorm/typeorm-database.js';
import { CountingDatabase } from '../utils/counting-database.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, pollOf, seedOf, startRunning, unitOf } from '../utils/store-scenario.js';

describe('The statements of the store', () => {
  let fixture: PostgresFixture;
  let database: CountingDatabase;
  let store: PostgresStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('counts');
    await (await fixture.store()).close();
    database = new CountingDatabase(new TypeOrmDatabase(await fixture.dataSource()));
    store = new PostgresStore(database, { schema: fixture.schema, notify: false, outbox: true });
    await store.open();
    await store.registerWorker({ id: 'worker-1', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 });
  });

  beforeEach(async () => {
    await fixture.empty();
    await store.registerWorker({ id: 'worker-1', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 });
    database.reset();
  });

  afterAll(async () => {
    await store.close();
    await fixture.dispose();
  });

  it('are n + 1 for a chain of n steps, creation and outcome included', async () => {
    const [owner] = await startRunning(store, 1);
    for (let position = 1; position < 5; position += 1) {
      await store.flush([unitOf(owner!, { entries: [entryOf(position)] })]);
    }
    await store.flush([
      unitOf(owner!, { entries: [entryOf(5)], transition: { kind: 'end', status: 'completed', output: '1' } }),
    ]);

    expect(database.statements).toHaveLength(6);
    expect(database.transactions).toBe(0);
  });

  it('are as few for 64 instances as for one', async () => {
    const owners = await startRunning(store, 64);
    for (let position = 1; position < 5; position += 1) {
      await store.flush(owners.map((owner) => unitOf(owner, { entries: [entryOf(position)] })));
    }
    await store.flush(owners.map((owner) => unitOf(owner, { transition: { kind: 'end', status: 'completed' } })));

    expect(database.statements).toHaveLength(6);
    expect(database.transactions).toBe(0);
  });

  it('are one for the poll of an idle worker, and one for a poll that claims', async () => {
    await store.poll(pollOf());
    await store.start([{ seed: seedOf() }, { seed: seedOf({ delayMs: 60_000 }) }]);
    await store.poll(pollOf());
    await store.poll(pollOf({ limit: 0 }));

    expect(database.statements).toHaveLength(4);
    expect(database.transactions).toBe(0);
  });

  it('are two for a signal: one that stores it, one that routes it', async () => {
    const [owner] = await startRunning(store, 1);
    database.reset();

    await store.signal([{ id: 'one', workflowId: owner!.id, name: 'paid' }]);

    expect(database.statements).toHaveLength(2);
    expect(database.statements[0]).not.toMatch(/UPDATE|FOR /);
  });

  it('have few texts, whatever is written', async () => {
    const owners = await startRunning(store, 8);
    for (let size = 8; size >= 1; size -= 1) {
      await store.flush(owners.slice(0, size).map((owner) => unitOf(owner, { entries: [entryOf(9 - size)] })));
    }

    const flushes = database.statements.slice(1);
    expect(new Set(flushes).size).toBe(2);
  });
});
