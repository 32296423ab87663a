import { MemoryStore } from '../../lib/memory/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';
import { bareEngine, workflow, type BareEngine } from '../utils/bare-engine.js';
import type { WorkflowDefinition } from '../../lib/core/definition/index.js';

function boot(...definitions: WorkflowDefinition[]): { engine: BareEngine; clock: VirtualClock; store: MemoryStore } {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  return { engine: bareEngine({ store, clock, definitions }), clock, store };
}

describe('an instance', () => {
  it('runs its steps in order and keeps their results', async () => {
    const ran: string[] = [];
    const { engine, store } = boot(
      workflow('chain', async (ctx) => {
        const a = await ctx.step('a', () => (ran.push('a'), 1));
        const b = await ctx.step('b', () => (ran.push('b'), a + 1));
        return ctx.step('c', () => (ran.push('c'), b + 1));
      }),
    );
    await engine.worker.start();
    await engine.start('chain', 'c1');
    await engine.worker.drain();

    const record = await engine.find('c1');
    expect(record.status).toBe('completed');
    expect(record.output).toBe('3');
    expect(ran).toEqual(['a', 'b', 'c']);
    expect((await store.readJournal('c1')).map((entry) => [entry.position, entry.name, entry.status])).toEqual([
      [1, 'a', 'completed'],
      [2, 'b', 'completed'],
      [3, 'c', 'completed'],
    ]);
    await engine.worker.stop();
  });

  it('sleeps without a lease and goes on when it is due', async () => {
    const { engine, clock } = boot(
      workflow('sleeper', async (ctx) => {
        await ctx.sleep('nap', '1h');
        return ctx.step('after', () => 'awake');
      }),
    );
    await engine.worker.start();
    await engine.start('sleeper', 's1');
    await engine.worker.drain();
    expect((await engine.find('s1')).status).toBe('suspended');
    await clock.advance('59m');
    expect((await engine.find('s1')).status).toBe('suspended');
    await clock.advance('2m');
    await engine.worker.drain();
    expect((await engine.find('s1')).output).toBe('"awake"');
    await engine.worker.stop();
  });

  it('undoes completed steps in reverse order when a later one fails', async () => {
    const undone: unknown[] = [];
    const { engine } = boot(
      workflow('saga', async (ctx) => {
        await ctx.step('one', () => 1, { compensate: (result) => undone.push(['one', result]) });
        await ctx.step('two', () => 2, { compensate: (result) => undone.push(['two', result]) });
        await ctx.step('three', () => Promise.reject(new Error('no')), { retry: 1 });
      }),
    );
    await engine.worker.start();
    await engine.start('saga', 'g1');
    await engine.worker.drain();
    expect((await engine.find('g1')).status).toBe('failed');
    expect(undone).toEqual([
      ['two', 2],
      ['one', 1],
    ]);
    await engine.worker.stop();
  });

  it('waits for a signal and takes it once', async () => {
    const { engine, store } = boot(
      workflow('waiter', async (ctx) => {
        const first = await ctx.waitForSignal('first', 'go');
        const second = await ctx.waitForSignal('second', 'go', { timeout: '1d' });
        return [first, second];
      }),
    );
    await engine.worker.start();
    await engine.start('waiter', 'w1');
    await engine.worker.drain();
    await store.signal([{ id: 'x1', workflowId: 'w1', name: 'go', payload: '1' }]);
    await engine.worker.drain();
    expect((await engine.find('w1')).status).toBe('suspended');
    await store.signal([{ id: 'x2', workflowId: 'w1', name: 'go', payload: '2' }]);
    await engine.worker.drain();
    expect((await engine.find('w1')).output).toBe('[1,2]');
    await engine.worker.stop();
  });

  it('runs children and hands their outcome to the parent', async () => {
    const { engine } = boot(
      workflow('parent', async (ctx) => {
        const [a, b] = await Promise.all([ctx.executeChild('child', 1), ctx.executeChild('child', 2)]);
        return [a, b];
      }),
      workflow('child', (ctx, input: number) => ctx.step('double', () => input * 2)),
    );
    await engine.worker.start();
    await engine.start('parent', 'p1');
    await engine.worker.drain();
    await engine.worker.drain();
    expect((await engine.find('p1')).output).toBe('[2,4]');
    await engine.worker.stop();
  });
});
