import type { CompensationContext } from '../../../lib/core/definition/index.js';
import { Cluster, scaled, sweep } from '../cluster.js';
import { staged } from '../workflows/stage.js';

const STRIDE = Math.max(1, Math.round(60 / scaled(1_200)));

function undone(cluster: Cluster, workflowId: string): string[] {
  return cluster
    .journal(workflowId)
    .filter((name) => name.startsWith('$compensate:'))
    .map((name) => name.slice('$compensate:'.length));
}

describe('A cancelled saga', () => {
  it('undoes a step that may have happened before the steps that have', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('saga', async (stage) => {
          await stage.reversible('t1');
          await stage.reversible('t2');
          await stage.reversible('t3', { takesMs: 60_000 });
        }),
      ],
    });
    const first = cluster.process('a');
    await cluster.create('saga', 's');
    await cluster.until(() => cluster.begun('t3') === 1, 'the third step');
    first.crash();
    cluster.driver.cancel(0, 's');
    await cluster.until(() => cluster.driver.isIdle, 'the cancel');
    cluster.process('b');
    await cluster.finish();

    expect(cluster.record('s').status).toBe('cancelled');
    expect(cluster.begun('t3')).toBe(2);
    expect(cluster.world.ledger.of('s').filter(({ kind, step }) => kind === 'step' && step === 't3')).toHaveLength(1);
    expect(undone(cluster, 's')).toEqual(['t3', 't2', 't1']);
  });

  it('is told what was possibly done, and what certainly', async () => {
    const told: unknown[] = [];
    const keys: string[] = [];
    const cluster = new Cluster({
      definitions: [
        staged('saga', async (stage) => {
          const compensate = (result: unknown, context: CompensationContext): void => {
            told.push([result, context.uncertain]);
            keys.push(context.stepIdempotencyKey);
          };
          await stage.ctx.step('sure', () => 1, { compensate });
          await stage.ctx.step('perhaps', () => new Promise<number>(() => undefined), { compensate });
        }),
      ],
    });
    const first = cluster.process('a');
    await cluster.create('saga', 's');
    await cluster.until(() => cluster.journal('s').includes('$start:perhaps'), 'the second step');
    first.crash();
    cluster.driver.cancel(0, 's');
    await cluster.until(() => cluster.driver.isIdle, 'the cancel');
    cluster.process('b');
    await cluster.until(() => cluster.isOver, 'the end');

    expect(told).toEqual([
      [undefined, true],
      [1, false],
    ]);
    expect(keys).toEqual(['s/1/perhaps', 's/1/sure']);
  });
});

describe('A saga of up to four steps', () => {
  const cases: [number, number, number][] = [];
  for (let steps = 1; steps <= 4; steps++)
    for (let failing = 1; failing <= steps; failing++)
      for (const undoFailures of [0, 2, 9]) cases.push([steps, failing, undoFailures]);

  it.each(cases)(
    'of %i steps, failing at step %i, with %i failing undos, is undone backwards and once',
    async (...facts) => {
      const [steps, failing, undoFailures] = facts;
      const cluster = new Cluster({
        definitions: [
          staged('saga', async (stage) => {
            for (let index = 1; index <= steps; index++)
              await stage.reversible(
                `t${index}`,
                { failures: index === failing ? 9 : 0 },
                { failures: index === 1 ? undoFailures : 0 },
                { retry: 1, compensateRetry: { attempts: 4, backoff: { delay: '1s' }, inProcessBelow: '2s' } },
              );
          }),
        ],
      });
      cluster.process('a');
      await cluster.create('saga', 's');
      await cluster.finish();

      const isStuck = undoFailures === 9 && failing > 1;
      expect(cluster.record('s').status).toBe(isStuck ? 'compensation_failed' : 'failed');
      expect(undone(cluster, 's')).toEqual(
        Array.from({ length: failing - 1 }, (_, index) => `t${failing - 1 - index}`),
      );
    },
  );
});

describe('A cancel against the completion', () => {
  it('has one winner at each point, and an accepted cancel never loses', async () => {
    const statuses = new Set<string>();
    let places = 0;
    // The moment between the last look at the cancel and the end is short: not every order of the messages has it.
    for (let seed = 1; seed <= 8; seed += 1) {
      places += await sweep(
        async () => {
          const cluster = new Cluster({
            seed,
            definitions: [
              staged('short', async (stage) => {
                await stage.reversible('t1');
                return stage.step('last');
              }),
            ],
          });
          cluster.process('a');
          await cluster.create('short', 's');
          return cluster;
        },
        (cluster) => {
          cluster.driver.cancel(0, 's');
        },
        async (cluster) => {
          await cluster.finish();
          const { status } = cluster.record('s');
          statuses.add(status);
          if (cluster.driver.cancelled.has('s') && status !== 'cancelled')
            throw new Error(`The cancel was accepted, and the run is ${status}.`);
        },
      );
    }

    expect(places).toBeGreaterThan(160);
    expect([...statuses].sort()).toEqual(['cancelled', 'completed']);
  });

  it('meets continueAsNew in the same way', async () => {
    await sweep(
      async () => {
        const cluster = new Cluster({
          definitions: [
            staged('generations', async (stage) => {
              await stage.step('work');
              if (stage.ctx.generation < 4) stage.ctx.continueAsNew({});
            }),
          ],
        });
        cluster.process('a');
        await cluster.create('generations', 'g');
        return cluster;
      },
      (cluster) => {
        cluster.driver.cancel(0, 'g');
      },
      async (cluster) => {
        await cluster.finish();
        const { status } = cluster.record('g');
        if (cluster.driver.cancelled.has('g') && status !== 'cancelled')
          throw new Error(`The cancel was accepted, and the run is ${status}.`);
      },
      STRIDE,
    );
  });
});

describe('The second generation', () => {
  it('has idempotency keys of its own', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('generations', async (stage) => {
          await stage.step('work');
          if (stage.ctx.generation === 1) stage.ctx.continueAsNew({});
        }),
      ],
    });
    cluster.process('a');
    await cluster.create('generations', 'g');
    await cluster.finish();

    const keys = cluster.world.ledger.of('g').map((effect) => effect.key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('A parent that ends', () => {
  it.each(['cancel', 'terminate'] as const)(
    'leaves no child behind that was to %s, wherever its own cancel comes',
    async (parentClose) => {
      await sweep(
        async () => {
          const cluster = new Cluster({
            definitions: [
              staged('parent', async (stage) => {
                await stage.reversible('t1');
                await Promise.all([0, 1].map(() => stage.ctx.startChild('kid', {}, { parentClose })));
                await stage.step('t2', { takesMs: 300 });
              }),
              staged('kid', async (stage) => {
                await stage.reversible('k1');
                await stage.ctx.sleep('for ever', '1d');
              }),
            ],
          });
          cluster.process('a');
          cluster.process('b');
          await cluster.create('parent', 'p');
          return cluster;
        },
        (cluster) => {
          cluster.driver.cancel(0, 'p');
        },
        undefined,
        STRIDE * 2,
      );
    },
  );
});
