import { Cluster } from '../cluster.js';
import type { CallFate } from '../engine/network.js';
import { staged } from '../workflows/stage.js';

/** Everything that a life of an instance writes. */
const WRITES = ['start', 'flush', 'transaction', 'poll', 'renew', 'signal', 'requestCancel', 'registerWorker'] as const;
const FATES: readonly (readonly [string, Partial<CallFate>])[] = [
  ['written, its answer lost', { kind: 'lostAnswer' }],
  ['not written', { kind: 'lostRequest' }],
  ['written long after its caller was told of the break', { kind: 'stale', requestMs: 7_000 }],
];

function tell(): Cluster {
  return new Cluster({
    outbox: true,
    definitions: [
      staged('life', async (stage) => {
        const { ctx } = stage;
        const results: unknown[] = [await stage.reversible('t1', { takesMs: 5 })];
        results.push(await stage.transaction('x1', { takesMs: 5 }));
        results.push(await ctx.waitForSignal('w', 'letter'));
        results.push(await ctx.executeChild('kid', {}));
        await ctx.sleep('nap', 500);
        results.push(await stage.transaction('x2', { takesMs: 5 }));
        if (ctx.generation === 1) {
          await ctx.commit('first');
          ctx.continueAsNew({});
        }
        return results;
      }),
      staged('kid', (stage) => stage.step('k', { takesMs: 5 })),
      staged('doomed', async (stage) => {
        await stage.reversible('d1', { takesMs: 5 });
        await stage.ctx.sleep('for ever', '1d');
      }),
    ],
  });
}

describe('A write of unknown outcome', () => {
  describe.each(WRITES)('%s', (write) => {
    it.each(FATES)('that was %s is carried out once', async (_, fate) => {
      // The first such write of the story fails, then the second, and so on, until there is none to fail.
      for (let failing = 1; ; failing++) {
        const cluster = tell();
        let seen = 0;
        cluster.world.network.script = (operation) => {
          if (operation !== write) return undefined;
          seen += 1;
          return seen === failing ? fate : undefined;
        };
        cluster.process('a');
        await cluster.pass(50);
        cluster.driver.start(0, 'life', 'l', {});
        cluster.driver.start(0, 'doomed', 'd', {});
        for (let index = 0; index < 2; index++)
          cluster.driver.signal(100 + 900 * index, { workflowId: 'l', name: 'letter', payload: `${index}` });
        cluster.driver.cancel(1_500, 'd');
        await cluster.until(() => cluster.driver.isIdle && cluster.isOver, 'the end', 100_000);
        await cluster.finish();

        expect([cluster.record('l').status, cluster.record('d').status]).toEqual(['completed', 'cancelled']);
        expect([...cluster.world.ledger.committed.values()]).toEqual([1, 1, 1, 1]);
        if (seen < failing || failing > 25) return;
      }
    });
  });

  it('costs no lease: the same process goes on at once', async () => {
    for (let failing = 1; failing <= 8; failing++) {
      const cluster = new Cluster({
        definitions: [
          staged('waits', async (stage) => {
            await stage.step('a', { takesMs: 5 });
            await stage.ctx.waitForSignal('w', 'letter');
            return stage.step('b', { takesMs: 5 });
          }),
        ],
      });
      let seen = 0;
      cluster.world.network.script = (operation) =>
        operation === 'flush' && (seen += 1) === failing ? { kind: 'lostAnswer' } : undefined;
      cluster.process('a');
      await cluster.create('waits', 'w');
      cluster.driver.signal(500, { workflowId: 'w', name: 'letter', payload: '1' });
      await cluster.finish();

      expect(cluster.record('w').endedAt as number).toBeLessThan(cluster.record('w').createdAt + 8_000);
      expect([cluster.begun('a'), cluster.begun('b')]).toEqual([1, 1]);
    }
  });
});
