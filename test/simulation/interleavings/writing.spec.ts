import { seedOf } from '../../utils/bare-engine.js';
import { Cluster } from '../cluster.js';
import { staged } from '../workflows/stage.js';

describe('A conflict', () => {
  it('ends an execution with everything that it would have written behind it', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('branches', async (stage) =>
          Promise.all([
            stage.step('a', { takesMs: 10 }),
            stage.transaction('x', { takesMs: 20 }),
            stage.step('b', { takesMs: 30 }),
          ]),
        ),
      ],
    });
    cluster.process('a');
    await cluster.create('branches', 'c');
    await cluster.until(() => cluster.begun('b') === 1, 'its steps');
    const { fence } = cluster.record('c');
    // The record of the first step takes long enough for everything else to come behind it.
    cluster.world.network.script = (operation) =>
      operation === 'flush' ? { requestMs: cluster.world.scheduler.now < 1_000 ? 200 : 0 } : undefined;
    const stranger = { position: 1, name: 'b', kind: 'step', status: 'completed', calledAt: 0, recordedAt: 0 } as const;
    const entries = [{ ...stranger, attempts: 1, value: '"recorded before"' }];
    const session = cluster.world.newSession();
    await cluster.ask(() => session.flush([{ workflowId: 'c', generation: 1, fence, entries }]));
    await cluster.pass(1_000);

    expect(cluster.journal('c')).toEqual(['b']);
    expect([...cluster.world.ledger.committed.values()]).toEqual([]);
    await cluster.until(() => cluster.isOver, 'its end');
    expect(cluster.output('c')).toEqual([expect.any(String), expect.any(String), 'recorded before']);
    expect([...cluster.world.ledger.committed.values()]).toEqual([1]);
  });
});

describe('A transactional step', () => {
  it('carries what was staged before it', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('branches', (stage) =>
          Promise.all([
            stage.step('a', { takesMs: 10 }),
            stage.step('b', { takesMs: 20 }),
            stage.transaction('x', { takesMs: 30 }),
          ]),
        ),
      ],
    });
    const process = cluster.process('a');
    await cluster.create('branches', 'c');
    // The first record takes longer than everything else, so that the second one waits behind it.
    cluster.world.network.script = (operation) => (operation === 'flush' ? { requestMs: 200 } : undefined);
    await cluster.until(() => cluster.world.ledger.committed.size === 1, 'the commit');
    process.crash();

    expect(cluster.journal('c')).toEqual(['a', 'b', 'x']);
    cluster.process('a');
    await cluster.finish();
    expect(['a', 'b', 'x'].map((step) => cluster.begun(step))).toEqual([1, 1, 1]);
  });

  it('whose commit was not answered is found by its position, and runs once', async () => {
    const cluster = new Cluster({
      definitions: [staged('ledgered', (stage) => stage.transaction('x', { takesMs: 5 }))],
    });
    cluster.world.network.script = (operation) => (operation === 'transaction' ? { kind: 'lostAnswer' } : undefined);
    cluster.process('a');
    await cluster.create('ledgered', 't');
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    expect(cluster.begun('x')).toBe(1);
    expect(cluster.record('t').fence).toBe(1);
  });
});

describe('A transaction that the database gives up', () => {
  it('runs again without costing its step an attempt', async () => {
    const cluster = new Cluster({
      definitions: [staged('ledgered', (stage) => stage.transaction('x', { takesMs: 5 }, { retry: 1 }))],
    });
    let transactions = 0;
    cluster.world.network.script = (operation) =>
      operation === 'transaction' && (transactions += 1) <= 3 ? { kind: 'lostRequest' } : undefined;
    cluster.process('a');
    await cluster.create('ledgered', 't');
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    expect(cluster.record('t').status).toBe('completed');
    expect(cluster.world.ledger.effects.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
    expect([...cluster.world.ledger.committed.values()]).toEqual([1]);
  });
});

describe('A transaction that commits after it was given up', () => {
  it.each([
    ['is found by the next try, which has to wait for it', 3_000],
    ['is found by reading, when the next try has waited too long', 6_500],
  ])('%s, and its result stands', async (_, lateMs) => {
    const cluster = new Cluster({
      definitions: [
        staged('ledgered', async (stage) => [await stage.transaction('x', { takesMs: 5 }), await stage.step('after')]),
      ],
    });
    let transactions = 0;
    cluster.world.network.script = (operation) => {
      if (operation === 'readJournal') return { requestMs: 1_000 };
      if (operation !== 'transaction') return undefined;
      transactions += 1;
      return transactions === 1 ? { kind: 'stale', requestMs: lateMs } : undefined;
    };
    cluster.process('a');
    await cluster.create('ledgered', 't');
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    const [first] = cluster.world.ledger.effects.filter((effect) => effect.step === 'x');
    expect(cluster.begun('x')).toBe(2);
    expect([...cluster.world.ledger.committed.values()]).toEqual([1]);
    expect(cluster.output('t')).toEqual([first?.value, expect.any(String)]);
  });
});

describe('A record whose answer is lost', () => {
  it('is recognised when it is sent again: what runs beside it runs once', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('branches', async (stage) =>
          Promise.all([stage.step('short', { takesMs: 10 }), stage.step('long', { takesMs: 5_000 })]),
        ),
      ],
    });
    let flushes = 0;
    cluster.world.network.script = (operation) =>
      operation === 'flush' && (flushes += 1) === 1 ? { kind: 'lostAnswer' } : undefined;
    cluster.process('a');
    await cluster.create('branches', 'l');
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    expect([cluster.begun('short'), cluster.begun('long')]).toEqual([1, 1]);
    expect(cluster.world.watch.rows.lossesOf('l')).toEqual([]);
  });
});

describe('A child whose id an open transaction has taken', () => {
  it('waits for that transaction, and costs its parent nothing', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('parent', async (stage) => {
          const [child] = await Promise.all([
            stage.ctx.startChild('kid', {}, { id: 'taken' }),
            stage.step('beside', { takesMs: 500 }),
          ]);
          return child.result();
        }),
        staged('kid', () => 'done'),
      ],
    });
    const process = cluster.process('a');
    const { client } = cluster.world;
    let rollBack: () => void = () => undefined;
    let isOpen = false;
    const seed = await seedOf(process.engine.services, 'kid', 'taken', {});
    const open = client.transaction(async (transaction) => {
      await transaction.start({ seed });
      isOpen = true;
      await new Promise<void>((_resolve, reject) => (rollBack = () => reject(new Error('rolled back'))));
    });
    open.catch(() => undefined);
    await cluster.until(() => isOpen, 'the open transaction');
    await cluster.create('parent', 'p');
    await cluster.pass(3_000);
    rollBack();
    await cluster.finish();

    expect(cluster.record('p').status).toBe('completed');
    expect(cluster.output('p')).toBe('done');
    expect(cluster.begun('beside')).toBe(1);
  });
});

describe('Renewals', () => {
  it('keep their leases also when each answer takes longer than the time between two of them', async () => {
    const cluster = new Cluster({ definitions: [staged('long', (stage) => stage.step('a', { takesMs: 60_000 }))] });
    cluster.process('a');
    cluster.process('b');
    await cluster.create('long', 'l');
    cluster.world.network.script = (operation) =>
      operation === 'renew' ? { requestMs: 1_000, answerMs: 6_500 } : undefined;
    await cluster.until(() => cluster.isOver, 'its end');

    expect(cluster.begun('a')).toBe(1);
    expect(cluster.world.watch.rows.lossesOf('l')).toEqual([]);
  });
});
