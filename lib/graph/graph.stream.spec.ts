import { lastValueFrom, toArray } from 'rxjs';
import { failing, graphOf } from '../../test/utils/graphs.js';
import { systemClock } from '../core/time/index.js';
import { WorkflowBuilder, type GraphEvent } from './index.js';

/** Everything a stream gives. */
async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('A stream of a graph', () => {
  const engine = () => graphOf('a>b a>c b>d c>d', 'd').builder.build();

  it('shows what each visit added, in the order in which it is merged', async () => {
    expect(await all(engine().stream('x'))).toEqual([
      { a: { a: true } },
      { b: { b: true } },
      { c: { c: true } },
      { d: { d: true } },
    ]);
  });

  it('shows the state after every visit', async () => {
    const states = await all(engine().stream('x', { mode: 'values', state: { before: 1 } }));

    expect(states[1]).toEqual({ input: 'x', before: 1, a: true, b: true });
    expect(states).toHaveLength(4);
  });

  it('shows everything that happens, also to a subscriber', async () => {
    const stream = engine().stream('x', { mode: 'events' });
    const events = await lastValueFrom(stream.toObservable().pipe(toArray()));

    expect(events.map(({ type, ...event }: GraphEvent) => [type, 'visit' in event ? event.visit : undefined])).toEqual([
      ['visit_started', 'a#1'],
      ['visit_ended', 'a#1'],
      ['visit_started', 'b#1'],
      ['visit_started', 'c#1'],
      ['visit_ended', 'b#1'],
      ['visit_ended', 'c#1'],
      ['visit_started', 'd#1'],
      ['visit_ended', 'd#1'],
      ['ended', undefined],
    ]);
    expect(await all(stream)).toHaveLength(9);
  });

  it('tells of a pause, and ends', async () => {
    const asking = new WorkflowBuilder('g')
      .addNode('ask', { humanPrompt: 'Well?' })
      .setEntry('ask')
      .setTerminal('ask')
      .build();

    expect((await all(asking.stream('x', { mode: 'events' }))).at(-1)).toEqual({
      type: 'paused',
      node: 'ask',
      prompt: 'Well?',
      checkpointId: 'ask',
    });
  });

  it('ends with what the graph failed with', async () => {
    const { builder } = graphOf('a>b', 'b', { b: failing });

    await expect(all(builder.build().stream('x'))).rejects.toMatchObject({ node: 'b' });
  });

  it('tells of a run that failed that it has ended so', async () => {
    const events: GraphEvent[] = [];
    const stream = graphOf('a>b', 'b', { b: failing }).builder.build().stream('x', { mode: 'events' });
    const reading = (async () => {
      for await (const event of stream) events.push(event);
    })();

    await expect(reading).rejects.toMatchObject({ node: 'b' });
    expect(events.at(-1)).toEqual({ type: 'ended', status: 'failed', terminatedAt: null });
  });

  describe('of a run of many visits', () => {
    /** Counts to a thousand. */
    function counting() {
      const run = { visits: 0, undone: 0 };
      const engine = new WorkflowBuilder('g')
        .addNode('count', { run: async () => ({ n: ++run.visits }), compensate: () => run.undone++ })
        .addEdge('count', 'count')
        .setEntry('count')
        .setTerminal('count', ({ n }) => n === 1_000)
        .configure({ maxIterations: 1_000 })
        .build();
      return { run, engine };
    }
    const quiet = () => new Promise<void>((resolve) => systemClock.macrotask(resolve));

    it('holds the run up where its reader is slow, and loses nothing', async () => {
      const { run, engine: counter } = counting();
      let most = 0;
      const seen: unknown[] = [];
      for await (const { n } of counter.stream('', { mode: 'values' })) {
        seen.push(n);
        // As far as it gets by itself.
        for (let before = -1; before !== run.visits; await quiet()) before = run.visits;
        most = Math.max(most, run.visits - seen.length);
      }

      expect([seen.length, seen.at(-1)]).toEqual([1_000, 1_000]);
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(64);
    });

    it('lets a run that it holds up go when it is left', async () => {
      const { run, engine: counter } = counting();
      for await (const _ of counter.stream('')) {
        for (let before = -1; before !== run.visits; await quiet()) before = run.visits;
        break;
      }
      const held = run.visits;
      while (run.undone < held) await quiet();

      expect(held).toBeLessThan(1_000);
      expect([run.visits, run.undone]).toEqual([held, held]);
    });

    it('holds nothing up for a subscriber', async () => {
      const { engine: counter } = counting();

      expect(await lastValueFrom(counter.stream('').toObservable().pipe(toArray()))).toHaveLength(1_000);
    });
  });

  it('cancels the run when it is left', async () => {
    let signal: AbortSignal | undefined;
    const { builder } = graphOf('a>b', 'b', {
      b: (_, step) => {
        signal = step.signal;
        return new Promise((resolve) => {
          step.signal.addEventListener('abort', () => {
            resolve({});
          });
        });
      },
    });
    for await (const _ of builder.build().stream('x')) break;

    expect(signal?.aborted).toBe(true);
  });
});
