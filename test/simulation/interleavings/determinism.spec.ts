import { Cluster, scaled } from '../cluster.js';
import { runScenario } from '../scenario.js';
import { staged, type Stage } from '../workflows/stage.js';
import { changing, troubledBuilds } from '../workflows/troubled.js';

describe('Parallel branches', () => {
  const PROGRAMS = scaled(1_000);

  it(`are handed their results alike live and in replay, in ${PROGRAMS} random programs`, async () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= PROGRAMS / 4; seed++) {
      const { violations } = await runScenario(1_000_000 + seed, { only: ['tangle', 'diamond', 'race'] });
      wrong.push(...violations);
    }

    expect(wrong).toEqual([]);
  });
});

describe('Results that come at one moment', () => {
  it('are handed over one after the other, each when the code has gone quiet, live and in replay', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('moment', async (stage) => {
          const { ctx } = stage;
          const drawn: unknown[] = [];
          // The first branch has more to do before it draws than the second one.
          const branch = async (index: number): Promise<void> => {
            await ctx.sleep(`b${index}`, '1s');
            for (let turns = index === 0 ? 20 : 0; turns > 0; turns--) await Promise.resolve();
            drawn.push([index, ctx.random(), ctx.now()]);
          };
          await Promise.all([0, 1, 2].map(branch));
          await stage.step('after');
          return [...drawn, ctx.now()];
        }),
      ],
    });
    cluster.process('a');
    await cluster.create('moment', 'm');
    await cluster.finish();

    const output = cluster.output('m') as [number][];
    expect(output.slice(0, 3).map(([index]) => index)).toEqual([0, 1, 2]);
  });
});

describe('A result that is recorded after the code has ended', () => {
  it('is handed to it neither live nor in replay', async () => {
    let handed = 0;
    const cluster = new Cluster({
      definitions: [
        staged('ended', async (stage) => {
          void stage.step('slow', { takesMs: 300, isDeaf: true }).then(() => (handed += 1));
          await stage.reversible('t1', { takesMs: 10 }, { takesMs: 5_000 });
          stage.ctx.fail('on purpose');
        }),
      ],
    });
    const first = cluster.process('a');
    await cluster.create('ended', 'e');
    await cluster.until(() => cluster.world.ledger.effects.some(({ kind }) => kind === 'undo'), 'the undo');
    expect(cluster.journal('e')).toEqual(['$start:t1', 't1', 'slow', '$failure']);
    first.crash();
    cluster.process('b');
    await cluster.finish();

    expect(cluster.record('e').status).toBe('failed');
    expect(handed).toBe(0);
  });
});

describe('The loser of a race', () => {
  it('may reject unseen, before and after the end', async () => {
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', onRejection);
    const cluster = new Cluster({
      definitions: [
        staged('race', async (stage) => {
          const lose = (name: string, takesMs: number): Promise<string> =>
            stage.step(name, { takesMs, failures: 9 }, { retry: 1 });
          await Promise.race([stage.step('fast', { takesMs: 1 }), lose('late', 300), lose('later', 2_000)]);
          void stage.ctx.step('unseen', () => Promise.reject(new Error('unseen')), { retry: 1 });
          await stage.ctx.sleep('rest', 800);
          await Promise.race([stage.step('again', { takesMs: 1 }), lose('cut off', 60_000)]);
          return 'won';
        }),
      ],
    });
    cluster.process('a');
    await cluster.create('race', 'r');
    await cluster.finish();
    process.off('unhandledRejection', onRejection);

    expect(cluster.output('r')).toBe('won');
    expect(rejections).toEqual([]);
  });
});

describe('Changed code', () => {
  it.each([
    ['a wait', (stage: Stage) => stage.ctx.waitForSignal('w', 'letter')],
    ['a step that was begun', (stage: Stage) => stage.reversible('b', { takesMs: 60_000 })],
  ])('that does not ask for %s which the journal holds runs nothing, and the old code goes on', async (_, old) => {
    const cluster = new Cluster({
      definitions: [
        (process) =>
          staged('changed', (stage) => (process.options.buildId === 'v1' ? old(stage) : stage.step('other')))(process),
      ],
    });
    cluster.world.watch.expectedErrors = /does not match the journal/;
    const first = cluster.process('a', 'v1');
    await cluster.create('changed', 'c');
    await cluster.until(() => cluster.journal('c').length === 1, 'its one entry');
    first.crash();
    cluster.process('b', 'v2');
    cluster.driver.signal(0, { workflowId: 'c', name: 'letter', payload: '1' });
    await cluster.until(() => cluster.record('c').mismatchedBuilds.includes('v2'), 'the verdict of the new build');
    cluster.process('d', 'v1');
    await cluster.until(() => cluster.isOver, 'its end under the old build');

    expect(cluster.begun('other')).toBe(0);
    expect(cluster.record('c').status).toBe('completed');
  });
});

describe('Code', () => {
  it('that no longer asks for a recorded answer of patched goes on', async () => {
    const cluster = new Cluster({
      definitions: [
        (process) =>
          staged('settled', async (stage) => {
            if (process.options.buildId === 'v1') stage.ctx.patched('once upon a time');
            await stage.ctx.sleep('nap', '1m');
            return stage.step('after');
          })(process),
      ],
    });
    const first = cluster.process('a', 'v1');
    await cluster.create('settled', 's');
    await cluster.until(() => cluster.record('s').status === 'suspended', 'its sleep');
    expect(cluster.journal('s').some((name) => name.startsWith('$patch:'))).toBe(true);
    first.crash();
    cluster.process('b', 'v2');
    await cluster.until(() => cluster.isOver, 'its end');

    expect(cluster.record('s')).toMatchObject({ status: 'completed', mismatchedBuilds: [] });
  });
});

describe('A rolling deploy from v1 to v2 and back, with a patched change', () => {
  it('ends every run and sets none aside', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const cluster = new Cluster({ seed, definitions: troubledBuilds(changing) });
      cluster.world.watch.expectedErrors = /does not match the journal/;
      let old = [cluster.process('a', 'v1'), cluster.process('b', 'v1')];
      const start = async (from: number): Promise<void> => {
        for (let index = from; index < from + 4; index++) await cluster.create('changing', `c${index}`);
      };
      await start(0);
      for (const [round, buildId] of ['v2', 'v1', 'v2'].entries()) {
        await cluster.steps(cluster.world.random.int(10, 200));
        const young = old.map((process) => cluster.process(process.options.workerId, buildId));
        for (const process of old) process.stop();
        old = young;
        await start(4 + 4 * round);
      }
      // Code of the first build goes on with what went its old way under it.
      cluster.process('c', 'v1');
      await cluster.finish();

      const told = cluster.world.processes.flatMap((process) => process.engine.events.map((event) => event.type));
      expect(cluster.records().map((record) => record.status)).toEqual(Array.from({ length: 16 }, () => 'completed'));
      expect(told).not.toContain('quarantined');
    }
  });

  it('leaves to the first build what it led its own way after the second had died behind its patch', async () => {
    const cluster = new Cluster({ definitions: troubledBuilds(changing) });
    cluster.world.watch.expectedErrors = /does not match the journal/;
    const second = cluster.process('a', 'v2');
    await cluster.create('changing', 'c');
    await cluster.until(() => cluster.begun('new way') > 0, 'the body behind the patch');
    second.crash();
    const first = cluster.process('b', 'v1');
    await cluster.until(() => cluster.journal('c').includes('old way'), 'the old way');
    first.crash();
    cluster.process('c', 'v2');
    await cluster.until(() => cluster.record('c').mismatchedBuilds.length > 0, 'the verdict of the second build');
    expect(cluster.record('c')).toMatchObject({ status: 'running', mismatchedBuilds: ['v2'] });

    cluster.process('d', 'v1');
    await cluster.finish();

    expect(cluster.record('c').status).toBe('completed');
  });
});
