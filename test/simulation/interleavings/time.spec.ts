import { Cluster } from '../cluster.js';
import { staged } from '../workflows/stage.js';

const NAP_MS = 60_000;

function sleeper() {
  return staged('sleeper', async (stage) => {
    await stage.ctx.sleep('nap', NAP_MS);
    return stage.step('awake', { takesMs: 0 });
  });
}

describe('A sleep', () => {
  it.each([
    [0, 'at its stored instant although its process died'],
    [90_000, 'at once when everybody was away at its instant'],
  ])('that found nobody for %i ms ends %s', async (awayMs) => {
    const cluster = new Cluster({ definitions: [sleeper()], worker: { warmInstances: 0 } });
    const first = cluster.process('a');
    await cluster.create('sleeper', 's');
    await cluster.until(() => cluster.record('s').status === 'suspended', 'sleep');
    const dueAt = cluster.record('s').dueAt as number;
    await cluster.pass(30_000);
    first.crash();
    if (awayMs > 0) await cluster.pass(awayMs);
    const backAt = cluster.world.now;
    cluster.process('b');
    await cluster.finish();

    const [awake] = cluster.world.ledger.of('s');
    expect(awake?.at).toBeGreaterThanOrEqual(dueAt);
    expect(awake?.at).toBeLessThan(Math.max(dueAt, backAt) + 3_000);
  });

  it.each([-3_600_000, 3_600_000])(
    'is judged by the store when the clock of its process is %i ms off',
    async (offMs) => {
      const cluster = new Cluster({ definitions: [sleeper()] });
      const process = cluster.process('a');
      process.clock.wallOffsetMs = offMs;
      await cluster.pass(100);
      void process.engine.start('sleeper', 's');
      await cluster.until(() => cluster.world.watch.record('s') !== undefined, 'the start');
      const beganAt = cluster.world.now;
      await cluster.pass(10_000);
      process.clock.wallOffsetMs = -offMs;
      await cluster.finish();

      const [awake] = cluster.world.ledger.of('s');
      expect((awake?.at as number) - beganAt).toBeGreaterThanOrEqual(NAP_MS);
      expect((awake?.at as number) - beganAt).toBeLessThan(NAP_MS + 3_000);
    },
  );

  it('that was begun before the store was heard of lasts as long as it should', async () => {
    const cluster = new Cluster({ definitions: [sleeper()] });
    const process = cluster.process('a');
    process.clock.wallOffsetMs = -3_600_000;
    cluster.world.network.script = (operation) => (operation === 'poll' ? { kind: 'lostRequest' } : undefined);
    await cluster.pass(100);
    void process.engine.start('sleeper', 's');
    await cluster.until(() => cluster.world.watch.record('s') !== undefined, 'the start');
    const beganAt = cluster.world.now;
    await cluster.pass(2_000);
    cluster.world.network.script = undefined;
    await cluster.finish();

    const [awake] = cluster.world.ledger.of('s');
    expect((awake?.at as number) - beganAt).toBeGreaterThanOrEqual(NAP_MS);
  });
});

describe('A timer that is due while its registration is on its way', () => {
  it('is not prompted for in a loop', async () => {
    const cluster = new Cluster({
      definitions: [staged('either', (stage) => stage.ctx.waitForSignal('w', 'letter', { timeout: 100 }))],
    });
    cluster.process('a');
    await cluster.create('either', 'e');
    cluster.world.network.script = (operation) => (operation === 'flush' ? { requestMs: 5_000 } : undefined);
    const before = cluster.world.scheduler.steps;
    await cluster.pass(4_000);

    expect(cluster.world.scheduler.steps - before).toBeLessThan(500);
    cluster.world.network.script = undefined;
    await cluster.finish();
    expect(cluster.output('e')).toBeNull();
  });
});

describe('A row that an open transaction holds past its lease', () => {
  it('makes nobody poll in a loop, and delays no neighbour', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('held', (stage) => stage.transaction('x', { takesMs: 0 })),
        staged('free', async (stage) => [await stage.step('a'), await stage.step('b')]),
      ],
    });
    cluster.process('a');
    cluster.process('b');
    await cluster.create('held', 'h');
    // The commit was sent, and hangs somewhere; its process dies.
    cluster.world.network.script = (operation) =>
      operation === 'transaction' ? { kind: 'stale', requestMs: 25_000 } : undefined;
    await cluster.until(() => cluster.begun('x') === 1, 'the transaction');
    await cluster.pass(500);
    cluster.world.network.script = undefined;
    const before = cluster.world.scheduler.steps;
    const beganAt = cluster.world.scheduler.now;
    await cluster.create('free', 'f');
    await cluster.until(() => cluster.record('f').status === 'completed', 'the end of its neighbour');
    const tookMs = cluster.world.scheduler.now - beganAt;
    await cluster.pass(15_000);

    expect(tookMs).toBeLessThan(20_000);
    expect(cluster.world.scheduler.steps - before).toBeLessThan(2_000);
    await cluster.finish();
    expect(cluster.world.ledger.committed.get([...cluster.world.ledger.committed.keys()][0] as string)).toBe(1);
  });
});
