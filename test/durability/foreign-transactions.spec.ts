import { DataSource } from 'typeorm';
import type { StoreTransaction, WorkflowStore } from '../../lib/core/store/index.js';
import { PostgresFixture, testDatabaseUrl } from '../utils/postgres-fixture.js';
import { seedOf } from '../utils/store-scenario.js';
import { createTestDatabase, type TestDatabase } from '../utils/test-database.js';

const transition = (machineId: string) => ({
  ...{
    machineId,
    version: 1,
    name: 'm',
    definitionVersion: 1,
    to: 'a',
    trigger: '$created',
    snapshot: '{}',
    token: 't',
  },
});

describe('A transaction of another data source', () => {
  let fixture: PostgresFixture;
  let store: WorkflowStore;
  let elsewhere: TestDatabase;
  let other: DataSource;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('foreign');
    store = await fixture.store();
    elsewhere = await createTestDatabase();
    other = await new DataSource({ type: 'postgres', url: elsewhere.url }).initialize();
  });

  afterAll(async () => {
    await other.destroy();
    await elsewhere.drop();
    await fixture.dispose();
  });

  it.each<[string, (transaction: StoreTransaction) => Promise<unknown>]>([
    ['a transition', ({ handle }) => store.states!.append(transition('x'), handle)],
    ['a look at a machine', ({ handle }) => store.states!.load('x', handle)],
    ['a start', (transaction) => transaction.start({ seed: seedOf(), events: [] })],
    ['a signal', (transaction) => transaction.signal({ id: 's', workflowId: 'x', name: 'paid' })],
  ])('is refused for %s where it leads to another database, by the names of both', async (_what, use) => {
    const refused = other.transaction((manager) => use(store.join(manager)));

    await expect(refused).rejects.toMatchObject({
      code: 'WORKFLOW_TRANSACTION',
      message: expect.stringMatching(
        new RegExp(`"${new URL(elsewhere.url).pathname.slice(1)}".*option "typeorm"`),
      ) as unknown,
    });
  });

  it('is refused where it leads to a database of another kind', async () => {
    const dataSource = { options: { type: 'mysql' }, driver: { database: 'shop' } };
    const runner = { isTransactionActive: true, isReleased: false, connect: () => Promise.resolve({}), dataSource };

    await expect(store.states!.load('x', runner)).rejects.toMatchObject({
      code: 'WORKFLOW_TRANSACTION',
      message: expect.stringContaining('"shop" of a mysql DataSource') as unknown,
    });
  });

  it('is joined where it leads to the same database, by whatever way: it commits and rolls back with the caller’s rows', async () => {
    const url = new URL(testDatabaseUrl());
    url.searchParams.set('application_name', 'other');
    const second = await fixture.dataSource({ url: url.href, poolSize: 1 });
    const committed: string[] = [];
    const write = (id: string, fails: boolean): Promise<void> =>
      second.transaction(async (manager) => {
        await store.states!.append(transition(id), manager);
        store.join(manager).onCommit(() => committed.push(id));
        if (fails) throw new Error('undone');
      });

    await expect(write('undone', true)).rejects.toThrow('undone');
    await write('done', false);

    expect(await store.states!.load('undone')).toBeUndefined();
    expect(await store.states!.load('done')).toMatchObject({ version: 1 });
    expect(committed).toEqual(['done']);
  });
});

describe('An open transaction of a caller that has moved a machine', () => {
  let fixture: PostgresFixture;
  let store: WorkflowStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('held');
    store = await fixture.store({ lockTimeoutMs: 200 });
  });

  afterAll(() => fixture.dispose());

  it('keeps who forgot to pass it waiting for so long, and no statement of theirs any longer than before', async () => {
    const refusal = {
      code: 'WORKFLOW_STORE',
      message: expect.stringMatching(/"x" for too long.*\{ transaction \}/) as unknown,
    };
    const setting = (transaction: StoreTransaction) =>
      (transaction.handle as { query(sql: string): Promise<unknown> }).query('SHOW lock_timeout');

    const dataSource = await fixture.dataSource();
    await dataSource.transaction(async (manager) => {
      await store.states!.append(transition('x'), manager);
      await expect(store.states!.append(transition('x'))).rejects.toMatchObject(refusal);
      const own = store.transaction((other) => store.states!.append(transition('x'), other.handle));
      await expect(own).rejects.toMatchObject(refusal);
    });

    expect(await store.states!.append({ ...transition('x'), token: 'other' })).toEqual({ kind: 'conflict', actual: 1 });
    const undone = dataSource.transaction(async (manager) => {
      await store.states!.append(transition('y'), manager);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await store.transaction(async (transaction) => {
      await store.states!.append(transition('y'), transaction.handle);
      expect(await setting(transaction)).toEqual([{ lock_timeout: '0' }]);
    });
  });
});
