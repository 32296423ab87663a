import { queueMacrotask } from '../time/index.js';
import { DependencyGraph, type DependencyNode } from './dependency-graph.js';
import { DependencyOutline } from './dependency-outline.js';
import { NodeEnd, type JoinRule } from './join-rule.js';
import { ReadySet } from './ready-set.js';
import { runDependencies, type NodeRunner } from './run-dependencies.js';

const PLACE = 'pipeline "p"';

function graphOf(text: string, join?: JoinRule): DependencyGraph {
  const nodes = text.split(' ').map((node): DependencyNode => {
    const [name = '', dependencies] = node.split('<');
    return { name, dependencies: dependencies?.split(',') };
  });
  return new DependencyGraph(nodes, PLACE, join);
}

function orderOf(graph: DependencyGraph): string {
  return [...graph.order].map((node) => graph.names[node]).join('');
}

/** Runs with given ends; answers what was begun, and how every node ended. */
async function run(
  graph: DependencyGraph,
  ends: Readonly<Record<string, NodeEnd>> = {},
  options: Partial<NodeRunner> = {},
) {
  const begun: string[] = [];
  const finished = await runDependencies(graph, {
    start: (node) => {
      const name = graph.names[node] as string;
      begun.push(name);
      return ends[name] ?? NodeEnd.Completed;
    },
    ...options,
  });
  return { begun: begun.join(''), ends: Object.fromEntries(graph.names.map((name, at) => [name, finished.endOf(at)])) };
}

describe('DependencyGraph', () => {
  it('orders by dependencies, and by declaration where they leave a choice', () => {
    expect(orderOf(graphOf('a b c'))).toBe('abc');
    expect(orderOf(graphOf('d<b c a b<a'))).toBe('cabd');
    expect(orderOf(graphOf('a d<b,c b<a c<a'))).toBe('abcd');
  });

  it('counts a dependency that is named twice once', async () => {
    expect((await run(graphOf('a b<a,a'))).begun).toBe('ab');
  });

  it.each<[string, string, RegExp]>([
    ['two nodes with one name', 'a b a', /The name "a" is given to two steps of pipeline "p"/],
    ['a dependency that is not there', 'a b<c', /Step "b" of pipeline "p" depends on "c", and there is no such step/],
    ['a node that waits for itself', 'a b<b', /circular dependency: "b" → "b"/],
    ['a circle, naming only its members', 'x a<c,x b<a c<b d<c', /circular dependency: "a" → "c" → "b" → "a"\./],
  ])('refuses %s', (_, text, message) => {
    expect(() => graphOf(text)).toThrow(message);
  });
});

describe('DependencyOutline', () => {
  it('refuses what a graph would, and is then as it was', () => {
    const outline = new DependencyOutline(['a'], PLACE);

    expect(() => outline.add({ name: 'a' })).toThrow(/The name "a" is given to two steps of pipeline "p"/);
    expect(() => outline.add({ name: 'b', dependencies: ['c'] })).toThrow(/depends on "c", and there is no such step/);
    expect(() => outline.add({ name: 'b', dependencies: ['b'] })).toThrow(/circular dependency: "b" → "b"/);
    expect(() => {
      outline.add({ name: 'b', dependencies: ['a'] });
      outline.add({ name: 'c', dependencies: ['b', 'b'] });
    }).not.toThrow();
  });
});

describe('ReadySet', () => {
  it('gives the smallest first, whatever the order of the additions', () => {
    const members = Array.from({ length: 2_100 }, (_, index) => (index * 1_201) % 2_100);
    const set = new ReadySet(2_100);

    members.forEach((member) => set.add(member));

    expect(members.map(() => set.takeFirst())).toEqual([...members].sort((a, b) => a - b));
    expect(set.takeFirst()).toBe(-1);
  });

  it('takes members in between', () => {
    const set = new ReadySet(100);
    set.add(70);
    set.add(31);

    expect(set.takeFirst()).toBe(31);
    set.add(3);
    expect([set.takeFirst(), set.takeFirst(), set.takeFirst()]).toEqual([3, 70, -1]);
  });
});

describe('runDependencies', () => {
  it('makes no promise when no node makes one', () => {
    const answer = runDependencies(graphOf('a b<a'), { start: () => NodeEnd.Completed });

    expect(answer).not.toBeInstanceOf(Promise);
    expect((answer as { isOver: boolean }).isOver).toBe(true);
  });

  it.each([1, 2, Number.POSITIVE_INFINITY])(
    'hands what a promise brought, or was rejected with, to the runner, and the run to its end; width %d',
    async (width) => {
      const graph = graphOf('a b c<b d<a');
      const outcome = await runDependencies<string, string[]>(graph, {
        width,
        failFast: false,
        start: (node) => (node === 1 ? Promise.reject(new TypeError('no')) : Promise.resolve('yes')),
        ended: (_, value) => (value === 'yes' ? NodeEnd.Completed : NodeEnd.Failed),
        failed: (_, error) => (error instanceof TypeError ? NodeEnd.Failed : NodeEnd.Completed),
        finish: (run) => graph.names.map((name, node) => `${name}${run.endOf(node)}`),
      });

      expect(outcome).toEqual(['a1', 'b3', 'c4', 'd1']);
    },
  );

  it.each([1, 3])('ends with what the end of it throws; width %d', async (width) => {
    const finish = () => {
      throw new TypeError('no');
    };

    expect(() => runDependencies(graphOf('a'), { width, start: () => NodeEnd.Completed, finish })).toThrow('no');
    await expect(
      runDependencies(graphOf('a b'), { width, start: () => Promise.resolve(NodeEnd.Completed), finish }),
    ).rejects.toThrow('no');
  });

  it('builds, checks and runs a graph in time linear in its size', async () => {
    // What is read of the nodes is counted: per node the same, however large the graph.
    const readsOf = async (size: number) => {
      let reads = 0;
      const nodes = Array.from({ length: size }, (_, at): DependencyNode => ({
        get name() {
          reads++;
          return `n${at}`;
        },
        get dependencies() {
          reads += 3;
          return [1, 2, 3].filter((back) => at >= back).map((back) => `n${at - back}`);
        },
      }));
      const graph = new DependencyGraph(nodes, PLACE);
      const begun: number[] = [];
      await runDependencies(graph, {
        start: (node) => {
          begun.push(node);
          return NodeEnd.Completed;
        },
      });
      expect(begun).toHaveLength(size);
      return reads / size;
    };

    expect(await readsOf(1_000)).toBe(await readsOf(10_000));
  });

  it('runs a chain of 100,000 nodes without going deeper and deeper', async () => {
    const nodes = Array.from({ length: 100_000 }, (_, at) => ({
      name: `${at}`,
      dependencies: at === 0 ? [] : [`${at - 1}`],
    }));
    const graph = new DependencyGraph(nodes, PLACE);

    const skipped: number[] = [];
    const finished = await runDependencies(graph, {
      start: () => NodeEnd.Skipped,
      onSkip: (node) => skipped.push(node),
    });

    expect(finished.isOver).toBe(true);
    expect(skipped).toHaveLength(99_999);
  });

  it('runs at most as many at a time as its width says, the first declared first', async () => {
    const graph = graphOf('a b c<a d e');
    const open = new Map<string, () => void>();
    const begun: string[] = [];
    const finished = runDependencies(graph, {
      width: 2,
      start: (node) => {
        const name = graph.names[node] as string;
        begun.push(name);
        return new Promise((resolve) => {
          open.set(name, () => resolve(NodeEnd.Completed));
        });
      },
    });
    const finish = async (name: string) => {
      open.get(name)?.();
      await Promise.resolve();
      return begun.join('');
    };

    expect(begun.join('')).toBe('ab');
    expect(await finish('b')).toBe('abd');
    expect(await finish('a')).toBe('abdc');
    expect(await finish('c')).toBe('abdce');
    open.get('d')?.();
    open.get('e')?.();
    expect((await finished).isOver).toBe(true);
  });

  it('begins what was recorded first, in its order and beyond the width, and the others where there is room', async () => {
    const graph = graphOf('a b c<b d e<c');
    const [a, b, c, d, e] = graph.names.map((_, node) => node) as [number, number, number, number, number];
    const begun: number[] = [];
    const open = new Map<number, () => void>();
    const start = (node: number): Promise<NodeEnd> => {
      begun.push(node);
      return new Promise((resolve) => open.set(node, () => resolve(NodeEnd.Completed)));
    };
    const end = async (node: number): Promise<void> => {
      open.get(node)?.();
      await new Promise<void>((resolve) => {
        queueMacrotask(resolve);
      });
    };

    const running = runDependencies(graph, { start, width: 1, recorded: [d, b, c] });
    expect(begun).toEqual([d, b]);
    await end(b);
    expect(begun).toEqual([d, b, c]);
    await end(c);
    expect(begun).toEqual([d, b, c]);
    await end(d);
    expect(begun).toEqual([d, b, c, a]);
    await end(a);
    await end(e);

    expect((await running).isOver).toBe(true);
  });

  describe('after a failure', () => {
    const graph = graphOf('a b c<a d<c e');

    it('begins nothing more when it fails fast, and waits for what is under way', async () => {
      let finishB: ((end: NodeEnd) => void) | undefined;
      const begun: string[] = [];
      const answer = runDependencies(graph, {
        width: 2,
        start: (node) => {
          begun.push(graph.names[node] as string);
          if (node === 0) return Promise.resolve(NodeEnd.Failed);
          return new Promise((resolve) => {
            finishB = resolve;
          });
        },
      });
      await Promise.resolve();
      finishB?.(NodeEnd.Completed);

      const finished = await answer;

      expect(begun).toEqual(['a', 'b']);
      expect([finished.endOf(0), finished.endOf(1)]).toEqual([NodeEnd.Failed, NodeEnd.Completed]);
    });

    it('goes on with everything that is not downstream of it, when it does not fail fast', async () => {
      const { begun, ends } = await run(graph, { a: NodeEnd.Failed }, { failFast: false });

      expect(begun).toBe('abe');
      expect(ends).toEqual({
        a: NodeEnd.Failed,
        b: NodeEnd.Completed,
        c: NodeEnd.UpstreamFailed,
        d: NodeEnd.UpstreamFailed,
        e: NodeEnd.Completed,
      });
    });
  });

  it('ends with what a node throws, after what is under way has ended', async () => {
    const thrown = new TypeError('no');
    const graph = graphOf('a b');

    const answer = runDependencies(graph, {
      width: 2,
      start: (node) => (node === 0 ? Promise.reject(thrown) : Promise.resolve(NodeEnd.Completed)),
    });

    await expect(answer).rejects.toBe(thrown);
  });

  describe('joins', () => {
    const { Completed, Failed, Skipped, UpstreamFailed } = NodeEnd;

    it.each<[JoinRule, NodeEnd, NodeEnd, NodeEnd]>([
      ['all_success', Completed, Completed, Completed],
      ['all_success', Completed, Skipped, Completed],
      ['all_success', Skipped, Skipped, Skipped],
      ['all_success', Completed, Failed, UpstreamFailed],
      ['all_success', Skipped, Failed, UpstreamFailed],
      ['none_failed', Completed, Skipped, Completed],
      ['none_failed', Skipped, Skipped, Completed],
      ['none_failed', Skipped, Failed, UpstreamFailed],
      ['any', Completed, Failed, Completed],
      ['any', Completed, Skipped, Completed],
      ['any', Skipped, Skipped, Skipped],
      ['any', Failed, Failed, UpstreamFailed],
      ['all_done', Failed, Failed, Completed],
      ['all_done', Skipped, Skipped, Completed],
    ])('%s of %d and %d gives %d', async (join, a, b, expected) => {
      const { ends } = await run(graphOf('a b c<a,b', join), { a, b }, { failFast: false });

      expect(ends['c']).toBe(expected);
    });

    it('are judged when all before has ended, and not earlier', async () => {
      const { begun } = await run(graphOf('a c<a,b b', 'any'), { a: Completed, b: Failed }, { failFast: false });

      expect(begun).toBe('abc');
    });
  });
});
