import type { DataSource } from 'typeorm';
import { delay, systemClock } from '../../lib/core/time/index.js';
import type { StoreHint } from '../../lib/core/store/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { flushDecided, LEASE_MS, entryOf, flushOne, pollOf, startRunning, unitOf } from '../utils/store-scenario.js';

describe('The connections of a store', () => {
  let fixture: PostgresFixture;

  beforeEach(async () => {
    fixture = await PostgresFixture.create('connections');
  });

  afterEach(() => fixture.dispose());

  async function eventually(holds: () => Promise<boolean> | boolean): Promise<void> {
    for (let attempt = 0; attempt < 2_000; attempt += 1) {
      if (await holds()) return;
      await delay(systemClock, 5);
    }
    throw new Error('It never came true.');
  }

  function hintsOf(store: PostgresStore): StoreHint[] {
    const hints: StoreHint[] = [];
    store.onHint((hint) => hints.push(hint));
    return hints;
  }

  it('serve a pool of one: renewals go on while a transaction of the user has it', async () => {
    const dataSource = await fixture.dataSource({ poolSize: 1 });
    const store = await fixture.store({}, dataSource);
    const [owner] = await startRunning(store, 1);
    const leases = [{ workflowId: owner!.id, fence: owner!.fence }];

    const renewed = await store.transaction(async (transaction) => {
      await transaction.signal({ id: 'inside', workflowId: owner!.id, name: 'paid' });
      const during = await store.renew({ workerId: 'worker-1', leaseMs: LEASE_MS, leases });
      await transaction.flush(unitOf(owner!, { entries: [entryOf(1)] }));
      return during;
    });

    expect(renewed.renewed).toHaveLength(1);
    const results = await Promise.all(
      Array.from({ length: 5 }, (_, index) => flushDecided(store, [unitOf(owner!, { customStatus: `${index}` })])),
    );
    expect(new Set(results.flat().map((result) => result.kind))).toEqual(new Set(['applied']));
  });

  it('carry hints to other processes, each once', async () => {
    const sender = await fixture.store({ notify: true });
    const receiver = await fixture.store({ notify: true });
    const own = hintsOf(sender);
    const foreign = hintsOf(receiver);
    await eventually(() => {
      sender.hint({ kind: 'woken', workflowId: 'first' });
      return foreign.length > 0;
    });
    own.length = 0;
    foreign.length = 0;

    for (let index = 0; index < 50; index += 1) sender.hint({ kind: 'ended', workflowId: `w-${index % 10}` });
    const ended = (hints: readonly StoreHint[]) => hints.filter((hint) => hint.kind === 'ended');
    await eventually(() => ended(foreign).length >= 10);
    await delay(systemClock, 30);

    expect(ended(foreign)).toHaveLength(10);
    expect(ended(own)).toHaveLength(10);
  });

  it('listen again after the listening connection was lost, and say that something may be due', async () => {
    const sender = await fixture.store({ notify: true });
    const receiver = await fixture.store({ notify: true });
    const hints = hintsOf(receiver);
    await eventually(() => {
      sender.hint({ kind: 'woken', workflowId: 'before' });
      return hints.length > 0;
    });

    await fixture.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nestjs-workflow hints'
       AND query LIKE '%${fixture.schema}%'`,
    );
    await eventually(() => {
      sender.hint({ kind: 'woken', workflowId: 'after' });
      return hints.some((hint) => hint.kind === 'woken' && hint.workflowId === 'after');
    });

    expect(hints).toContainEqual({ kind: 'due' });
  });

  it('notice a listening connection that leads nowhere', async () => {
    const { proxy, url } = await fixture.proxy();
    const sender = await fixture.store({ notify: true });
    const dataSource = await fixture.dataSource({ url });
    const receiver = await fixture.store({ notify: { keepAliveMs: 40, answerMs: 40 } }, dataSource);
    const hints = hintsOf(receiver);
    await eventually(() => {
      sender.hint({ kind: 'woken', workflowId: 'before' });
      return hints.length > 0;
    });

    proxy.swallow();
    await delay(systemClock, 60);
    proxy.restore();
    await eventually(() => {
      sender.hint({ kind: 'woken', workflowId: 'after' });
      return hints.some((hint) => hint.kind === 'woken' && hint.workflowId === 'after');
    });

    await eventually(() => hints.some((hint) => hint.kind === 'due'));
    // Otherwise the pool's idle connections that lead nowhere would be waited for.
    proxy.cut();
  });

  it('prolong leases also when the connection for them leads nowhere', async () => {
    const { proxy, url } = await fixture.proxy();
    const store = await fixture.store({}, await fixture.dataSource({ url }));
    const [owner] = await startRunning(store, 1);
    const request = { workerId: 'worker-1', leaseMs: 300, leases: [{ workflowId: owner!.id, fence: owner!.fence }] };
    await store.renew(request);

    const renewing = store.renew(request);
    proxy.swallow();
    const first = renewing.catch(() => undefined);
    await delay(systemClock, 20);
    proxy.restore();
    await first;
    const { renewed } = await store.renew({ ...request, leaseMs: LEASE_MS });

    expect(renewed).toHaveLength(1);
    proxy.cut();
  });

  it('may all be ended by the server at any time: the next calls succeed', async () => {
    const { proxy, url } = await fixture.proxy();
    const store = await fixture.store({ notify: true }, await fixture.dataSource({ url }));
    await store.registerWorker({ id: 'worker-1', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 });
    const [owner] = await startRunning(store, 1);
    const leases = [{ workflowId: owner!.id, fence: owner!.fence }];

    for (let position = 1; position <= 5; position += 1) {
      proxy.cut();
      const writing = flushOne(store, owner!, { entries: [entryOf(position)] }).catch(() =>
        flushOne(store, owner!, { entries: [entryOf(position)] }, true),
      );
      expect((await writing).kind).toBe('applied');
      expect((await store.renew({ workerId: 'worker-1', leaseMs: LEASE_MS, leases })).renewed).toHaveLength(1);
      expect((await store.poll(pollOf({ limit: 0 }))).claimed).toEqual([]);
    }
    expect(await store.readJournal(owner!.id)).toHaveLength(5);
  });

  it('give a restarted process its worker id again, and never to two at a time', async () => {
    const first = await fixture.store();
    const second = await fixture.store();
    const a = await first.acquireWorkerId('host:app');
    const b = await second.acquireWorkerId('host:app');
    await a.release();
    const c = await second.acquireWorkerId('host:app');
    await first.close();
    const third = await fixture.store();

    expect([a.id, b.id, c.id]).toEqual(['host:app:0', 'host:app:1', 'host:app:0']);
    expect((await third.acquireWorkerId('host:app')).id).toBe('host:app:2');
  });

  it('hold a worker id again after its connection was lost', async () => {
    const { proxy, url } = await fixture.proxy();
    const store = await fixture.store({}, await fixture.dataSource({ url }));
    const other = await fixture.store();
    const own = await store.acquireWorkerId('host:lost');

    proxy.cut();
    const locks = async () => {
      const [row] = await fixture.sql<{ held: string }>(
        `SELECT count(*) AS held FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND a.application_name = 'nestjs-workflow leases'
           AND ((l.classid::int8 << 32) | l.objid::int8) = hashtextextended($1, 0)`,
        [`${fixture.schema}.workflow_:worker:${own.id}`],
      );
      return row!.held;
    };
    await eventually(async () => (await locks()) === '0');
    await eventually(async () => (await locks()) === '1');

    expect((await other.acquireWorkerId('host:lost')).id).toBe('host:lost:1');
  });

  it('let a process that starts under the id of a dead one take over its leases at once', async () => {
    const dead = await fixture.store();
    const registration = { id: 'worker-1', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 };
    await dead.registerWorker(registration);
    const [owner] = await startRunning(dead, 1);
    const successor = await fixture.store();
    await successor.registerWorker(registration);

    const { claimed } = await successor.poll(pollOf());
    const late = await flushOne(dead, owner!, { entries: [entryOf(1)] });

    expect(claimed).toEqual([expect.objectContaining({ id: owner!.id, fence: 2, crashes: 1 })]);
    expect(late.kind).toBe('fenced');
  });

  it('refuse what is no open transaction, and say what to pass', async () => {
    const dataSource: DataSource = await fixture.dataSource();
    const store = await fixture.store({}, dataSource);
    const idle = dataSource.createQueryRunner();

    for (const handle of [dataSource, dataSource.manager, idle, undefined, null, {}, 'transaction']) {
      expect(() => store.join(handle)).toThrow(/dataSource\.transaction\(async \(manager\)/);
    }
    await idle.release();
    expect(() => store.join(idle)).toThrow(/released/);
    await dataSource.transaction(async (manager) => {
      expect(store.join(manager).handle).toBe(manager);
      expect(() => store.join(manager.queryRunner)).not.toThrow();
    });
  });
});
