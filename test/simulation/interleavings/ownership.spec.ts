import { Cluster, scaled } from '../cluster.js';
import { staged } from '../workflows/stage.js';

describe('A stale flush around a claim', () => {
  const ROUNDS = scaled(2_000);
  const PER_CLUSTER = 20;

  it(`changes nothing after it, in ${ROUNDS} races`, async () => {
    for (let seed = 1; seed <= Math.ceil(ROUNDS / PER_CLUSTER); seed++) {
      const cluster = new Cluster({
        seed,
        definitions: [
          staged('writer', async (stage) => [
            await stage.step('a', { takesMs: 0 }),
            await stage.step('b', { takesMs: 0 }),
            await stage.step('c', { takesMs: 0 }),
          ]),
        ],
        worker: { warmInstances: 0, pollIntervalMs: 500 },
      });
      const { world } = cluster;
      cluster.process('a');
      cluster.process('b');
      // Each flush of the first owner takes between nothing and well past the end of its lease, so that it arrives before, while
      // and after another one claims.
      world.network.script = (operation) =>
        operation === 'flush'
          ? { requestMs: world.random.chance(0.5) ? world.random.int(9_900, 10_200) : world.random.int(0, 30_000) }
          : operation === 'renew'
            ? { kind: 'lostRequest' }
            : undefined;
      for (let race = 0; race < PER_CLUSTER; race++) {
        await cluster.create('writer', `w${race}`);
        await cluster.pass(world.random.int(0, 40));
      }
      await cluster.pass(30_000);
      await cluster.finish();

      for (let race = 0; race < PER_CLUSTER; race++) expect(cluster.journal(`w${race}`)).toEqual(['a', 'b', 'c']);
    }
  });
});

describe('A worker frozen past its lease in the middle of a step', () => {
  it.each(['in the body', 'after the effect, before the record', 'while the record is on its way'])(
    'changes nothing of the finished run when it was frozen %s',
    async (moment) => {
      const cluster = new Cluster({
        definitions: [
          staged('frozen', async (stage) => [
            await stage.step('a', { takesMs: 50 }),
            await stage.step('b', { takesMs: 50 }),
          ]),
        ],
      });
      const first = cluster.process('a');
      await cluster.create('frozen', 'f');
      await cluster.until(() => cluster.begun('a') === 1, 'the first step');
      if (moment !== 'in the body') await cluster.until(() => cluster.ended('a') === 1, 'its end');
      if (moment === 'while the record is on its way') {
        cluster.world.network.script = (operation) => (operation === 'flush' ? { requestMs: 60_000 } : undefined);
        await cluster.pass(5);
        cluster.world.network.script = undefined;
      }
      first.freeze();
      cluster.process('b');
      await cluster.until(() => cluster.record('f').status === 'completed', 'the end by another worker');
      const finished = { record: cluster.record('f'), journal: cluster.journal('f') };
      first.thaw();
      await cluster.pass(70_000);
      await cluster.finish();

      expect({ record: cluster.record('f'), journal: cluster.journal('f') }).toEqual(finished);
      expect(first.engine.worker.status.executing).toBe(0);
    },
  );

  it('begins no further attempt when it thaws', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('retried', (stage) =>
          stage.step('a', { failures: 1 }, { retry: { attempts: 2, backoff: { delay: '1s' } } }),
        ),
      ],
    });
    const first = cluster.process('a');
    await cluster.create('retried', 'r');
    await cluster.until(() => cluster.begun('a') === 1, 'the first attempt');
    await cluster.pass(100);
    first.freeze();
    cluster.process('b');
    await cluster.until(() => cluster.record('r').status === 'completed', 'the end by another worker');
    first.thaw();
    await cluster.pass(30_000);
    await cluster.finish();

    const { effects } = cluster.world.ledger;
    expect(effects.filter((effect) => effect.life === first.life).map((effect) => effect.attempt)).toEqual([1]);
  });

  it('begins no transaction whose connection it was given meanwhile', async () => {
    const cluster = new Cluster({ definitions: [staged('booked', (stage) => stage.transaction('x'))] });
    const first = cluster.process('a');
    let isAsked = false;
    cluster.world.network.script = (operation) => {
      if (operation !== 'transaction' || isAsked) return undefined;
      isAsked = true;
      first.freeze();
      return undefined;
    };
    await cluster.create('booked', 'b');
    await cluster.until(() => isAsked, 'the request for a transaction');
    cluster.process('b');
    await cluster.until(() => cluster.record('b').status === 'completed', 'the end by another worker');
    first.thaw();
    await cluster.pass(30_000);
    await cluster.finish();

    expect(cluster.begun('x')).toBe(1);
  });
});

describe('A process that comes up under the id of one that is only frozen', () => {
  it('takes its leases at once, and the thawed one changes nothing', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('taken', async (stage) => [await stage.step('a', { takesMs: 4_000 }), await stage.step('b')]),
      ],
    });
    const old = cluster.process('same');
    await cluster.create('taken', 't');
    await cluster.until(() => cluster.begun('a') === 1, 'the first step');
    old.freeze();
    const frozenAt = cluster.world.scheduler.now;
    const young = cluster.process('same');
    await cluster.until(() => cluster.begun('a') === 2, 'the takeover');
    const takenAfterMs = cluster.world.scheduler.now - frozenAt;
    await cluster.pass(1_000);
    old.thaw();
    await cluster.finish();

    expect(takenAfterMs).toBeLessThan(2_000);
    const [, second] = cluster.world.ledger.effects.filter((effect) => effect.step === 'a');
    expect(second?.life).toBe(young.life);
    expect(cluster.output('t')).toEqual([second?.value, expect.any(String)]);
  });
});

describe('Poison among healthy neighbours', () => {
  it('is set aside after its crashes and takes nobody along', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('poison', (stage) => stage.step('poison', { instead: (victim) => victim.world.poisoned(victim) })),
        staged('healthy', (stage) => stage.step('work', { takesMs: 3_000 })),
      ],
      worker: { maxCrashes: 4 },
    });
    let crashes = 0;
    cluster.world.poisoned = (process) => {
      crashes += 1;
      process.crash();
      cluster.process(process.options.workerId);
    };
    cluster.process('a');
    for (let index = 0; index < 5; index++) await cluster.create('healthy', `h${index}`);
    await cluster.create('poison', 'p');
    await cluster.finish(() =>
      cluster.records().every(({ id, status }) => status === (id === 'p' ? 'quarantined' : 'completed')),
    );

    expect(crashes).toBe(5);
    // From its second crash on the suspect runs alone among suspects, and the neighbours are let go on.
    for (let index = 0; index < 5; index++) expect(cluster.begun('work', `h${index}`)).toBeLessThanOrEqual(5);
  });
});

describe('An instance created on a free place whose answer came late', () => {
  it('is left to whoever claimed it meanwhile', async () => {
    const cluster = new Cluster({
      definitions: [staged('late', (stage) => stage.step('a', { takesMs: 20_000 }))],
    });
    const starter = cluster.process('a');
    cluster.process('b');
    await cluster.pass(3_000);
    let starts = 0;
    cluster.world.network.script = (operation) => {
      if (operation !== 'start') return undefined;
      starts += 1;
      return starts === 1 ? { kind: 'lostAnswer' } : starts === 2 ? { answerMs: 14_000 } : undefined;
    };
    void starter.engine.start('late', 'l');
    await cluster.until(() => starts === 2, 'the second sending');
    await cluster.pass(15_000);
    cluster.world.network.script = undefined;
    await cluster.finish();

    expect(cluster.begun('a')).toBe(1);
  });
});

describe('A claim whose answer comes after its lease', () => {
  it('begins nothing', async () => {
    const cluster = new Cluster({
      definitions: [staged('late', async (stage) => [await stage.step('a', { takesMs: 50_000 })])],
    });
    const slow = cluster.process('a');
    await cluster.pass(100);
    cluster.world.network.script = (operation) => (operation === 'poll' ? { answerMs: 11_000 } : undefined);
    await cluster.create('late', 'l');
    await cluster.until(() => cluster.record('l').fence === 1, 'the claim');
    cluster.world.network.script = (operation) => (operation === 'renew' ? { requestMs: 3_000 } : undefined);
    cluster.process('b');
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    expect(cluster.begun('a')).toBe(1);
    expect(cluster.world.ledger.effects.some((effect) => effect.life === slow.life)).toBe(false);
  });
});

describe('A renewal', () => {
  it('whose answer is late prolongs the lease no further than it was asked for', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('retried', (stage) =>
          stage.step('a', { failures: 1 }, { retry: { attempts: 2, backoff: { delay: '14s' }, inProcessBelow: '1m' } }),
        ),
      ],
    });
    // It does not poll before the other one does, or it would take its own instance when the lease is over.
    cluster.process('a', 'v1', { pollIntervalMs: 60_000 });
    await cluster.create('retried', 'r');
    await cluster.until(() => cluster.begun('a') === 1, 'the first attempt');
    let renewals = 0;
    cluster.world.network.script = (operation) =>
      operation === 'renew' ? ((renewals += 1) === 1 ? { answerMs: 9_000 } : { kind: 'lostRequest' }) : undefined;
    cluster.process('b', 'v1', { pollIntervalMs: 100 });
    await cluster.until(() => cluster.record('r').fence === 2, 'the loss');
    // The second attempt would be due under the first lease, if that counted from the answer.
    await cluster.pass(5_000);
    await cluster.finish();

    expect(cluster.record('r').status).toBe('completed');
  });

  it('that finds the row locked by the commit of its own transaction loses nothing', async () => {
    const cluster = new Cluster({
      definitions: [staged('slow', async (stage) => [await stage.transaction('x', { takesMs: 5 })])],
    });
    cluster.process('a');
    await cluster.create('slow', 's');
    cluster.world.network.script = (operation) => (operation === 'transaction' ? { requestMs: 6_000 } : undefined);
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    expect(cluster.begun('x')).toBe(1);
    expect(cluster.world.watch.rows.lossesOf('s')).toEqual([]);
  });
});

describe('Two instances that have crashed their processes', () => {
  it('are never executed by one process at the same time', async () => {
    const cluster = new Cluster({
      definitions: [staged('suspect', (stage) => stage.step('a', { takesMs: 30_000 }))],
      worker: { pollIntervalMs: 500 },
    });
    let process = cluster.process('same');
    for (const id of ['s1', 's2']) await cluster.create('suspect', id);
    for (let crash = 1; crash <= 2; crash++) {
      await cluster.until(() => cluster.records().every(({ fence }) => fence >= crash), 'both claims', 100_000);
      process.crash();
      process = cluster.process('same');
    }
    let most = 0;
    cluster.world.onStep = () => {
      if (process.isAlive) most = Math.max(most, process.engine.worker.status.executing);
    };
    await cluster.finish();

    expect(most).toBe(1);
  });
});
