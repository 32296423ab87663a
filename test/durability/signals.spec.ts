import type { DataSource } from 'typeorm';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { flushDecided, flushOne, pollOf, seedOf, startRunning, unitOf } from '../utils/store-scenario.js';

const suspended = { kind: 'suspend', status: 'suspended' } as const;
const waitFor = (signal: string, key?: string) => ({
  wait: 'w',
  condition: 'it',
  signal,
  ...(key === undefined ? {} : { key }),
});

describe('Signals', () => {
  let fixture: PostgresFixture;
  let dataSource: DataSource;
  let store: PostgresStore;
  let other: PostgresStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('signals');
    dataSource = await fixture.dataSource();
    store = await fixture.store({}, dataSource);
    other = await fixture.store();
    await store.registerWorker({ id: 'worker-1', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 });
  });

  afterAll(() => fixture.dispose());

  it('that commit in another order than they were sent are all found', async () => {
    const [owner] = await startRunning(store, 1);
    const early = dataSource.createQueryRunner();
    await early.startTransaction();
    await store.join(early).signal({ id: 'sent-first', workflowId: owner!.id, name: 'paid' });
    await store.signal([{ id: 'sent-second', workflowId: owner!.id, name: 'paid' }]);
    await flushOne(store, owner!, { waits: [waitFor('paid')] });
    const key = { workflowId: owner!.id, generation: 1 };
    const [before] = await store.readInboxes([key]);

    await early.commitTransaction();
    await early.release();

    const [after] = await store.readInboxes([key]);
    expect(before!.signals.map((signal) => signal.id)).toEqual(['sent-second']);
    expect(after!.signals.map((signal) => signal.id)).toEqual(['sent-first', 'sent-second']);
  });

  it('in a transaction wake nobody before its commit, and somebody at once after it', async () => {
    const [owner] = await startRunning(store, 1);
    await flushOne(store, owner!, { waits: [waitFor('paid')], transition: suspended });
    const hints: unknown[] = [];
    const subscription = store.onHint((hint) => hints.push(hint));

    await dataSource.transaction(async (manager) => {
      await store.join(manager).signal({ id: 'committed', workflowId: owner!.id, name: 'paid' });
      expect((await other.poll(pollOf())).claimed).toEqual([]);
    });
    await new Promise<void>((resolve) => {
      const woken = store.onHint((hint) => {
        if (hint.kind !== 'due') return;
        woken.cancel();
        resolve();
      });
      if (hints.length > 0) resolve();
    });
    subscription.cancel();

    expect((await other.poll(pollOf())).claimed.map((record) => record.id)).toEqual([owner!.id]);
  });

  it('of a rolled back transaction never were', async () => {
    const [owner] = await startRunning(store, 1);
    await flushOne(store, owner!, { waits: [waitFor('paid')] });
    const rollback = new Error('rolled back on purpose');

    const attempt = dataSource.transaction(async (manager) => {
      await store.join(manager).signal({ id: 'never', workflowId: owner!.id, name: 'paid' });
      throw rollback;
    });

    await expect(attempt).rejects.toBe(rollback);
    expect((await store.readInboxes([{ workflowId: owner!.id, generation: 1 }]))[0]?.signals).toEqual([]);
  });

  it('sent while their instance suspends are never lost, in 400 races', async () => {
    const rounds = process.env['SIMULATION_SCALE'] === '1' ? 10_000 : 400;
    const batch = 40;
    let changed = 0;
    for (let round = 0; round < rounds; round += batch) {
      const owners = await startRunning(store, batch);
      await store.flush(owners.map((owner) => unitOf(owner, { waits: [waitFor('go')] })));
      const inboxes = await store.readInboxes(owners.map(({ id }) => ({ workflowId: id, generation: 1 })));
      const suspend = Promise.all(
        owners.map((owner, index) =>
          flushDecided(store, [unitOf(owner, { expect: { wakes: inboxes[index]!.wakes }, transition: suspended })]),
        ),
      );
      const send = other.signal(owners.map((owner) => ({ id: `go-${owner.id}`, workflowId: owner.id, name: 'go' })));
      const [results] = await Promise.all([suspend, send]);

      // Whoever suspended is claimable; whoever was told that something changed reads again and finds the signal.
      const claimed = new Set<string>();
      for (let polls = 0; polls < 5; polls += 1) {
        for (const record of (await other.poll(pollOf({ workerId: 'worker-1' }))).claimed) claimed.add(record.id);
      }
      for (const [index, owner] of owners.entries()) {
        const kind = results[index]![0]!.kind;
        if (kind === 'changed') changed += 1;
        expect([kind, claimed.has(owner.id)]).toEqual(kind === 'applied' ? ['applied', true] : ['changed', false]);
      }
      const after = await store.readInboxes(owners.map(({ id }) => ({ workflowId: id, generation: 1 })));
      expect(after.every((inbox) => inbox.signals.length === 1)).toBe(true);
      // Their leases would run out in the middle of a later round.
      for (const { id } of owners) await store.terminate(id, 'over', '{}');
    }
    expect(changed).toBeGreaterThanOrEqual(0);
  }, 600_000);

  it.each([
    ['ends', { kind: 'end', status: 'cancelled', error: '{}' }],
    ['begins its next generation', { kind: 'continue', inputHash: 'h', seed: 's' }],
  ] as const)(
    'are waited for no more when the instance %s in the write that registers the wait',
    async (_, transition) => {
      const [owner] = await startRunning(store, 1);

      await flushOne(store, owner!, { waits: [waitFor('too-late')], transition });

      expect(await fixture.sql(`SELECT 1 FROM ${fixture.table('waits')} WHERE instance_id = $1`, [owner!.id])).toEqual(
        [],
      );
    },
  );

  it('to a topic wake everyone who waits, whoever routes them first', async () => {
    const owners = await startRunning(store, 30);
    await store.flush(
      owners.map((owner) => unitOf(owner, { waits: [waitFor('news', 'today')], transition: suspended })),
    );

    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? store : other).signal([{ id: `news-${index}`, name: 'news', key: 'today' }]),
      ),
    );
    const polled = [await store.poll(pollOf()), await store.poll(pollOf())].flatMap((result) => result.claimed);

    expect(polled.map((record) => record.id).sort()).toEqual(owners.map((owner) => owner.id).sort());
    const inboxes = await store.readInboxes(owners.map(({ id }) => ({ workflowId: id, generation: 1 })));
    expect(new Set(inboxes.map((inbox) => inbox.signals.length))).toEqual(new Set([8]));
    const late = seedOf();
    await store.start([{ seed: late, lease: { workerId: 'worker-1', buildId: 'build-1', leaseMs: 10_000 } }]);
    await flushOne(store, { id: late.id, generation: 1, fence: 1 }, { waits: [waitFor('news', 'today')] });
    const [young] = await store.readInboxes([{ workflowId: late.id, generation: 1 }]);
    expect(young!.signals.length).toBeLessThanOrEqual(8);
  });
});
