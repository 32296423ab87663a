import type { DataSource } from 'typeorm';
import { systemClock } from '../../lib/core/time/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { LAST, LEASE_MS, entryOf, flushDecided, seedOf, startRunning, unitOf } from '../utils/store-scenario.js';

describe('What one writer does to its neighbours', () => {
  let fixture: PostgresFixture;
  let dataSource: DataSource;
  let store: PostgresStore;
  let other: PostgresStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('neighbours');
    dataSource = await fixture.dataSource();
    store = await fixture.store({}, dataSource);
    other = await fixture.store();
  });

  afterAll(() => fixture.dispose());

  it('is no deadlock between the flushes and renewals of two processes', async () => {
    const [before] = await fixture.sql<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    const owners = await startRunning(store, 60);
    const leases = owners.map(({ id, fence }) => ({ workflowId: id, fence }));
    const shuffled = [...owners].reverse();
    const signalled = async (round: number) =>
      other.signal(shuffled.map(({ id }) => ({ id: `${id}-${round}`, workflowId: id, name: 'go' })));
    await store.flush(owners.map((owner) => unitOf(owner, { waits: [{ wait: 'w', condition: 'it', signal: 'go' }] })));

    for (let round = 1; round <= 25; round += 1) {
      const [results, mirrored] = await Promise.all([
        flushDecided(
          store,
          owners.slice(0, 30).map((owner) => unitOf(owner, { entries: [entryOf(round)] })),
        ),
        flushDecided(
          other,
          shuffled.slice(0, 30).map((owner) => unitOf(owner, { customStatus: `${round}` })),
        ),
        store.renew({ workerId: 'worker-1', leaseMs: LEASE_MS, leases }),
        other.renew({ workerId: 'worker-1', leaseMs: LEASE_MS, leases: [...leases].reverse() }),
        signalled(round),
      ]);
      expect(new Set([...results, ...mirrored].map((result) => result.kind))).toEqual(new Set(['applied']));
    }

    const [after] = await fixture.sql<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(after!.deadlocks).toBe(before!.deadlocks);
  }, 60_000);

  it.each([
    ['entries', {}],
    ['entries of owners that know the wakes', { knownWakes: 0 }],
    ['entries and a change of the row', { customStatus: '"busy"' }],
    ['last entries', LAST],
  ])('is no delay while a transaction of a user holds an instance row: %s', async (_what, more) => {
    const [held, ...owners] = await startRunning(store, 63);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT 1 FROM ${fixture.table('instances')} WHERE id = $1 FOR UPDATE`, [held!.id]);
    const others = owners.slice(0, 31);

    const alone = await store.flush([unitOf(held!, { entries: [entryOf(1)], ...more })]);
    const mixed = await store.flush([
      unitOf(held!, { entries: [entryOf(1)], ...more }),
      ...others.map((owner) => unitOf(owner, { entries: [entryOf(1)], ...more })),
    ]);
    const apart = await store.flush(owners.slice(31).map((owner) => unitOf(owner, { entries: [entryOf(1)], ...more })));
    // The transaction is still open: whatever is answered was not held up by it.
    await runner.commitTransaction();
    await runner.release();
    const later = await store.flush([unitOf(held!, { entries: [entryOf(1)], ...more })]);

    expect(alone).toEqual([{ kind: 'locked' }]);
    expect(mixed.map((result) => result.kind)).toEqual(['locked', ...others.map(() => 'applied')]);
    expect(new Set(apart.map((result) => result.kind))).toEqual(new Set(['applied']));
    expect(later[0]!.kind).toBe('applied');
  });

  it('is no delay while a transaction of a user holds the row of an instance that ends', async () => {
    const [held] = await startRunning(store, 1);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT 1 FROM ${fixture.table('instances')} WHERE id = $1 FOR UPDATE`, [held!.id]);
    const end = unitOf(held!, { waitless: true, transition: { kind: 'end', status: 'completed' } });

    const early = await store.flush([end]);
    await runner.commitTransaction();
    await runner.release();

    expect([...early, ...(await store.flush([end]))].map((result) => result.kind)).toEqual(['locked', 'applied']);
  });

  it('is no delay while a transaction of a user has started an instance', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const own = seedOf({ id: 'chosen-id' });
    await store.join(runner).start({ seed: own });

    const [free, ...batch] = await other.start([{ seed: seedOf() }, { seed: seedOf({ id: 'another-id' }) }]);
    const second = other.start([{ seed: { ...own, seed: 'a second start' } }]);
    await runner.commitTransaction();
    await runner.release();

    expect([free!.kind, batch[0]!.kind]).toEqual(['created', 'created']);
    expect((await second)[0]).toMatchObject({ kind: 'existing', record: { id: 'chosen-id', seed: own.seed } });
  });

  it('is nothing when its own rows cannot be stored', async () => {
    const owners = await startRunning(store, 64);
    const bad = owners[20]!;

    const results = await store.flush(
      owners.map((owner) => unitOf(owner, { entries: [entryOf(1, owner === bad ? { value: '"\u0000"' } : {})] })),
    );

    expect(results.map((result) => result.kind)).toEqual(
      owners.map((owner) => (owner === bad ? 'rejected' : 'applied')),
    );
    expect(await store.readJournal(bad.id)).toEqual([]);
    expect(await store.readJournal(owners[21]!.id)).toHaveLength(1);
  });

  it('is nothing when its start cannot be stored', async () => {
    const results = await store.start([
      { seed: seedOf() },
      { seed: seedOf({ input: '"\u0000"' }) },
      { seed: seedOf({ attributes: { note: '\u0000' } }) },
      { seed: seedOf() },
    ]);

    expect(results.map((result) => result.kind)).toEqual(['created', 'rejected', 'rejected', 'created']);
  });

  it('is no answer of another one, where some are written at once and some a little later', async () => {
    const lonely = await fixture.store({}, await fixture.dataSource({ poolSize: 1 }));
    const owners = (await startRunning(lonely, 4)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT 1 FROM ${fixture.table('instances')} WHERE id = ANY ($1) FOR UPDATE`, [
      owners.slice(2).map(({ id }) => id),
    ]);

    const written = flushDecided(
      lonely,
      owners.map((owner, n) => unitOf(owner, { entries: [entryOf(1, { value: `${n}` })] })),
    );
    // By the only connection, and so behind the first try.
    await lonely.readJournal(owners[0]!.id);
    await runner.commitTransaction();
    await runner.release();

    expect((await written).map(({ kind }) => kind)).toEqual(['applied', 'applied', 'applied', 'applied']);
    for (const [n, { id }] of owners.entries())
      expect((await store.readJournal(id)).map(({ value }) => value)).toEqual([`${n}`]);
  });

  it('is no purge of what a retry is about to open again', async () => {
    const [owner] = await startRunning(store, 1);
    const { id } = owner!;
    await store.flush([
      unitOf(owner!, { entries: [entryOf(1)], transition: { kind: 'end', status: 'failed', error: '{}' } }),
    ]);
    const { endedAt } = (await store.find(id))!;
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(
      `UPDATE ${fixture.table('instances')} SET status = 'running', ended_at = NULL, due_at = 0 WHERE id = $1`,
      [id],
    );
    let isOver = false;
    const purging = other.purge({ endedBefore: endedAt! + 1, status: ['failed'], limit: 1_000 }).finally(() => {
      isOver = true;
    });
    while (!isOver && !(await somebodyWaits())) await new Promise<void>((resolve) => systemClock.macrotask(resolve));
    await runner.commitTransaction();
    await runner.release();
    await purging;

    expect((await store.find(id))?.status).toBe('running');
    expect(await store.readJournal(id)).toHaveLength(1);
  });

  async function somebodyWaits(): Promise<boolean> {
    const rows = await fixture.sql(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%doomed%'`,
    );
    return rows.length > 0;
  }
});
