import { Cluster, scaled, sweep } from '../cluster.js';
import { staged } from '../workflows/stage.js';

const letters = staged('letters', async (stage, input: { count: number }) => {
  const taken: unknown[] = [];
  for (let index = 0; index < input.count; index++) taken.push(await stage.ctx.waitForSignal(`w${index}`, 'letter'));
  return taken;
});

describe('Signals whose transactions commit out of order', () => {
  it('are all taken, the late one too', async () => {
    const cluster = new Cluster({ definitions: [letters] });
    cluster.process('a');
    await cluster.create('letters', 'l', { count: 2 });
    await cluster.until(() => cluster.record('l').status === 'suspended', 'the first wait');
    const { client } = cluster.world;
    let commitEarly: (() => void) | undefined;
    const early = client.transaction(async (transaction) => {
      await transaction.signal({ id: 'first', workflowId: 'l', name: 'letter', payload: '"begun first"' });
      await new Promise<void>((resolve) => (commitEarly = resolve));
    });
    await cluster.until(() => commitEarly !== undefined, 'the open transaction');
    await cluster.ask(() =>
      client.signal([{ id: 'second', workflowId: 'l', name: 'letter', payload: '"begun second"' }]),
    );
    await cluster.until(() => cluster.journal('l').includes('w0'), 'the signal that was committed first');
    await cluster.until(() => cluster.record('l').status === 'suspended', 'the second wait');
    commitEarly?.();
    // Its answer may come after everything has ended.
    await cluster.ask(() => early);
    await cluster.finish();

    expect(cluster.output('l')).toEqual(['begun second', 'begun first']);
  });
});

describe('A suspension against a send', () => {
  const ROUNDS = scaled(10_000);
  const PER_CLUSTER = 50;

  it(`loses no signal, in ${ROUNDS} races`, async () => {
    for (let seed = 1; seed <= Math.ceil(ROUNDS / PER_CLUSTER); seed++) {
      const cluster = new Cluster({
        seed,
        definitions: [letters],
        // Without hints, and with a lease that never runs out here, nobody makes up for a wake-up that was lost.
        faults: { lostHint: 1, slow: 0.2 },
        worker: { pollIntervalMs: 1_000, leaseMs: 60_000, warmInstances: seed % 3 },
      });
      cluster.process('a');
      if (seed % 2 === 0) cluster.process('b');
      await cluster.create('letters', 'l', { count: PER_CLUSTER });
      for (let index = 0; index < PER_CLUSTER; index++) {
        await cluster.until(() => cluster.journal('l').includes(`$wait:w${index}`) || index === 0, 'the next wait');
        await cluster.steps(cluster.world.random.int(0, 12));
        cluster.driver.signal(0, { workflowId: 'l', name: 'letter', payload: JSON.stringify(index) });
        await cluster.until(() => cluster.journal('l').includes(`w${index}`), `letter ${index}`, 20_000);
      }
      await cluster.finish();

      expect(cluster.output('l')).toEqual(Array.from({ length: PER_CLUSTER }, (_, index) => index));
      expect(cluster.world.watch.rows.lossesOf('l')).toEqual([]);
    }
  });
});

describe('A signal that arrives while its instance is evicted', () => {
  it('is taken, whenever it comes', async () => {
    await sweep(
      async () => {
        const cluster = new Cluster({ definitions: [letters], worker: { warmInstances: 1 } });
        cluster.process('a');
        await cluster.create('letters', 'l', { count: 1 });
        await cluster.create('letters', 'pushes-l-out', { count: 1 });
        return cluster;
      },
      (cluster) => {
        cluster.driver.signal(0, { workflowId: 'l', name: 'letter', payload: '1' });
      },
      async (cluster) => {
        cluster.driver.signal(5_000, { workflowId: 'pushes-l-out', name: 'letter', payload: '2' });
        cluster.driver.signal(6_000, { workflowId: 'l', name: 'letter', payload: '3' });
        await cluster.finish();
      },
      2,
      120,
    );
  });
});

describe('A signal and the time-out of its wait', () => {
  it('end the wait once, whichever comes first, and what came too late is listed', async () => {
    const decided = { signal: 0, timeout: 0 };
    for (let ms = 0; ms <= 40; ms++) {
      const cluster = new Cluster({
        seed: ms,
        definitions: [staged('either', (stage) => stage.ctx.waitForSignal('w', 'letter', { timeout: 1_000 }))],
      });
      cluster.process('a');
      await cluster.create('either', 'e');
      await cluster.until(() => cluster.journal('e').includes('$wait:w'), 'the wait');
      cluster.driver.signal(980 + ms, { workflowId: 'e', name: 'letter', payload: '"in time"' });
      await cluster.finish();
      const output = cluster.output('e');
      decided[output === null ? 'timeout' : 'signal'] += 1;
      const row = cluster.world.database.database.instances.get('e');

      expect(row?.mailbox?.size ?? 0).toBe(output === null && cluster.driver.stored.size === 1 ? 1 : 0);
    }

    expect(decided.signal).toBeGreaterThan(3);
    expect(decided.timeout).toBeGreaterThan(3);
  });
});
