import { failure, failing, graphOf, rejection, tracer } from '../../test/utils/graphs.js';
import { VirtualClock } from '../core/time/index.js';
import { CycleDetectedError, WorkflowBuilder, WorkflowEdge, type GraphValues, type NodeFunction } from './index.js';

describe('A graph', () => {
  it('follows its edges to the terminal node, merging what nodes add', async () => {
    const engine = new WorkflowBuilder('g')
      .addNode('a', ({ input }) => ({ text: `${String(input)}!` }))
      .addNode('b', async (state) => ({ output: `${String(state['text'])}?` }))
      .addEdge('a', 'b')
      .setEntry('a')
      .setTerminal('b')
      .build();

    const result = await engine.execute('hi', { state: { before: 1 } });

    expect(result).toMatchObject({
      terminatedAt: 'b',
      iterations: 2,
      output: 'hi!?',
      succeeded: true,
      status: 'completed',
    });
    expect(result.finalState).toMatchObject({ input: 'hi', before: 1, text: 'hi!', output: 'hi!?' });
    expect(result.finalState.history.map(([name]) => name)).toEqual(['a', 'b']);
    expect(result.nodeResults.map(({ nodeName, succeeded }) => [nodeName, succeeded])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(result.unwrap()).toBe(result);
  });

  it('hands values on by reference and makes nothing of them', async () => {
    const map = new Map();
    const { finalState } = await graphOf('a>b', 'b', { a: () => ({ map }) })
      .builder.build()
      .execute('');

    expect(finalState['map']).toBe(map);
  });

  it('ends where no edge holds', async () => {
    const { builder } = graphOf('a>b', 'b');
    const engine = new WorkflowBuilder('h')
      .addNode('a', () => ({}))
      .addNode('b', () => ({}))
      .addEdge('a', 'b', { condition: () => false })
      .setEntry('a')
      .setTerminal('b')
      .build();

    expect(await builder.build().execute('')).toMatchObject({ terminatedAt: 'b' });
    expect(await engine.execute('')).toMatchObject({ terminatedAt: null, iterations: 1, output: null });
  });

  it('follows a gate, which adds nothing', async () => {
    const { seen, trace } = tracer();
    const engine = new WorkflowBuilder('g')
      .addGate('gate', { low: (s) => (s['n'] as number) < 5, high: (s) => (s['n'] as number) >= 5 })
      .addNode('low', trace('low'))
      .addNode('high', trace('high'))
      .setEntry('gate')
      .setTerminal('low')
      .setTerminal('high')
      .build();

    expect((await engine.execute('', { state: { n: 7 } })).terminatedAt).toBe('high');
    expect(seen).toEqual(['high']);
  });

  it('takes a condition that throws for one that does not hold', async () => {
    const { seen, trace } = tracer();
    const engine = new WorkflowBuilder('g')
      .addNode('a', trace('a'))
      .addNode('b', trace('b'))
      .addNode('c', trace('c'))
      .addNode('d', trace('d'))
      .addEdge('a', 'b', {
        condition: failing,
      })
      .addEdge('a', 'd')
      .setEntry('a')
      .setTerminal('d')
      .build();
    await engine.execute('');

    expect(seen).toEqual(['a', 'd']);
    expect(new WorkflowEdge('a', 'b', failing).isActive({})).toBe(false);
  });

  it('goes on through a terminal node whose condition does not hold, or throws', async () => {
    const engine = new WorkflowBuilder('g')
      .addNode('count', (s) => ({ n: ((s['n'] as number | undefined) ?? 0) + 1 }))
      .addEdge('count', 'count')
      .setEntry('count')
      .setTerminal('count', {
        condition: ({ n }) => {
          if (n === 1) throw failure;
          return n === 4;
        },
      })
      .build();

    expect(await engine.execute('')).toMatchObject({ terminatedAt: 'count', iterations: 4 });
  });

  describe('that goes round', () => {
    const round = (options: object) =>
      graphOf('a>b b>a', 'a')
        .builder.setTerminal('a', { condition: () => false })
        .configure(options)
        .build();

    it('stops after as many visits as it may make, naming the next node', async () => {
      const error = await rejection(round({ maxIterations: 5 }).execute(''));

      expect(error).toBeInstanceOf(CycleDetectedError);
      expect(error).toMatchObject({ iterations: 5, node: 'b', result: { iterations: 5, status: 'failed' } });
    });

    it('may make 25 visits where nothing is said', async () => {
      expect(await rejection(round({}).execute(''))).toMatchObject({ iterations: 25 });
    });

    it('makes all branches that were begun together, and then goes no further', async () => {
      const cap = { maxIterations: 3 };
      const open = graphOf('a>b a>c a>d', 'd').builder.configure(cap).build();
      const closed = graphOf('a>b a>c a>d b>e', 'e').builder.configure(cap).build();

      expect(await open.execute('')).toMatchObject({ terminatedAt: 'd', iterations: 4 });
      expect(await rejection(closed.execute(''))).toMatchObject({
        ...{ name: 'CycleDetectedError', iterations: 4, node: 'e' },
        message: expect.stringContaining('stopped after 4 visits before "e"') as string,
      });
    });

    it('makes those of them as well that a person held up', async () => {
      const { builder } = graphOf('a>b a>c', 'c');
      const asking = builder.addNode('ask', { humanPrompt: 'Well?' }).addEdge('a', 'ask');
      const engine = asking.configure({ maxIterations: 3 }).build();
      const { finalState } = await engine.execute('');

      expect(await engine.resume(finalState, 'yes')).toMatchObject({ terminatedAt: 'c', iterations: 4 });
    });

    it('goes on from there when it may make more', async () => {
      const error = await rejection(round({ maxIterations: 3 }).execute(''));
      const again = await rejection(
        round({ maxIterations: 3 }).resume(error?.result?.finalState as GraphValues, undefined, {
          config: { maxIterations: 4 },
        }),
      );

      expect(again).toMatchObject({ iterations: 4, node: 'a' });
      expect(again?.result?.finalState.history.map(([name]) => name)).toEqual(['a', 'b', 'a', 'b']);
    });
  });

  describe('with branches', () => {
    it('merges in the order of the edges, whoever ends first', async () => {
      const clock = new VirtualClock();
      const slow = (name: string, ms: number) => async () => {
        await new Promise<void>((resolve) => clock.schedule(ms, resolve));
        return { last: name, [name]: true };
      };
      const { builder } = graphOf('a>b a>c a>d b>e c>e d>e', 'e', {
        b: slow('b', 30),
        c: slow('c', 20),
        d: slow('d', 10),
      });
      const running = builder.build().execute('');
      await clock.advance(100);
      const { finalState, nodeResults, iterations } = await running;

      expect(finalState).toMatchObject({ last: 'd', b: true, c: true, d: true, e: true });
      expect(nodeResults.map(({ nodeName }) => nodeName)).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(iterations).toBe(5);
    });

    it('gives each branch the state from before all of them', async () => {
      const reads: unknown[] = [];
      const read: NodeFunction = (state) => {
        reads.push(state['n']);
        return { n: 9 };
      };
      await graphOf('a>b a>c b>d c>d', 'd', { a: () => ({ n: 1 }), b: read, c: read })
        .builder.build()
        .execute('');

      expect(reads).toEqual([1, 1]);
    });

    it('merges by a reducer where there is one', async () => {
      const { builder } = graphOf('a>b a>c b>d c>d', 'd', { b: () => ({ log: ['b'] }), c: () => ({ log: ['c'] }) });
      const append = (current: unknown, added: unknown) => [
        ...((current as unknown[] | undefined) ?? []),
        ...(added as unknown[]),
      ];
      const { finalState } = await builder.setReducer('log', append).build().execute('');

      expect(finalState['log']).toEqual(['b', 'c']);
    });

    it('visits what several lead to once, and after all of them', async () => {
      const { seen, builder } = graphOf('a>b a>c b>d c>d', 'd');
      await builder.build().execute('');

      expect(seen).toEqual(['a', 'b', 'c', 'd']);
    });

    it.each([true, false])('comes to the same where branches run beside each other: %s', async (parallelBranches) => {
      let running = 0;
      let most = 0;
      const add: NodeFunction = async (s) => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        return { n: ((s['n'] as number | undefined) ?? 0) + 1, log: [`saw ${String(s['n'])}`] };
      };
      const { builder } = graphOf('a>b a>c a>d b>e c>e d>e', 'e', { b: add, c: add, d: add });
      const append = (one: unknown, other: unknown) => [
        ...((one as string[] | undefined) ?? []),
        ...(other as string[]),
      ];
      const engine = builder.setReducer('log', append).configure({ parallelBranches }).build();
      const { finalState } = await engine.execute('', { state: { n: 5 } });

      expect(finalState).toMatchObject({ n: 6, log: ['saw 5', 'saw 5', 'saw 5'] });
      expect(most).toBe(parallelBranches ? 3 : 1);
    });

    it('drops none over the limit: they wait for their turn', async () => {
      let running = 0;
      let most = 0;
      const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
      const work = (name: string) => async () => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        return { [name]: true };
      };
      const builder = new WorkflowBuilder('g').addNode('a', () => ({})).addNode('end', () => ({}));
      for (const name of names) builder.addNode(name, work(name)).addEdge('a', name).addEdge(name, 'end');
      const engine = builder
        .setEntry('a')
        .setTerminal('end')
        .configure({ maxIterations: 50, maxParallelBranches: 3 })
        .build();
      const { finalState } = await engine.execute('');

      expect(most).toBe(3);
      expect(names.every((name) => finalState[name] === true)).toBe(true);
    });

    it('ends at the first terminal of its edges, once all have been merged', async () => {
      const { seen, builder } = graphOf('a>b a>c c>d', 'b');
      const { terminatedAt, finalState } = await builder.build().execute('');

      expect([terminatedAt, seen, finalState['c']]).toEqual(['b', ['a', 'b', 'c'], true]);
    });
  });
});
