import { failure, graphOf, rejection } from '../../test/utils/graphs.js';
import { WorkflowBuilder, type GraphValues, type NodeFunction } from './index.js';

describe('A visit that fails beside others', () => {
  it('begins none of those that wait for their turn once another has failed: they come when the graph goes on', async () => {
    let calls = 0;
    const flaky: NodeFunction = async () => {
      if (calls++ === 0) throw failure;
      return {};
    };
    const { seen, builder } = graphOf('a>b a>c a>d b>e c>e d>e', 'e', { b: flaky });
    const engine = builder.configure({ maxParallelBranches: 1 }).build();
    const error = await rejection(engine.execute(''));
    const before = [...seen];
    await engine.resume(error?.result?.finalState as GraphValues);

    expect(before).toEqual(['a']);
    expect(seen).toEqual(['a', 'c', 'd', 'e']);
  });

  it('begins nothing more in a graph within once a visit beside it has failed, and goes on in it', async () => {
    let calls = 0;
    const flaky: NodeFunction = async () => {
      if (calls++ === 0) throw failure;
      return {};
    };
    const seen: string[] = [];
    const slow = (name: string) => async () => {
      seen.push(name);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      return { output: name };
    };
    const within = new WorkflowBuilder('within')
      .addNode('x', slow('x'))
      .addNode('y', slow('y'))
      .addEdge('x', 'y')
      .setEntry('x')
      .setTerminal('y')
      .build();
    const engine = new WorkflowBuilder('g')
      .addNode('a', () => ({}))
      .addNode('b', flaky)
      .addNode('c', { subworkflow: within, outputKey: 'c' })
      .addEdge('a', 'b')
      .addEdge('a', 'c')
      .setEntry('a')
      .setTerminal('c')
      .build();
    const error = await rejection(engine.execute(''));
    const before = [...seen];
    const { finalState } = await engine.resume(JSON.parse(JSON.stringify(error?.result?.finalState)) as GraphValues);

    expect(before).toEqual(['x']);
    expect([seen, finalState['c']]).toEqual([['x', 'y'], 'y']);
  });

  it('lets those under way end when one fails, and goes on with the one that failed', async () => {
    let calls = 0;
    const flaky: NodeFunction = () => {
      if (calls++ === 0) throw failure;
      return { b: true };
    };
    const { seen, builder } = graphOf('a>b a>c b>d c>d', 'd', { b: flaky });
    const engine = builder.build();
    const error = await rejection(engine.execute(''));
    const { finalState, terminatedAt } = await engine.resume(error?.result?.finalState as GraphValues);

    expect(error).toMatchObject({ node: 'b', cause: failure });
    expect(seen).toEqual(['a', 'c', 'd']);
    expect([terminatedAt, finalState['b'], finalState['c'], finalState.iteration]).toEqual(['d', true, true, 4]);
  });
});

describe('Branches that run one after the other', () => {
  /** Notes when each branch begins and ends. */
  const noting = (isParallel: boolean) => {
    const seen: string[] = [];
    const slow = (name: string) => async () => {
      seen.push(`${name} begins`);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      seen.push(`${name} ends`);
      return {};
    };
    const engine = new WorkflowBuilder('g')
      .addNode('a', () => ({}))
      .addNode('b', slow('b'))
      .addNode('c', slow('c'))
      .addEdge('a', 'b')
      .addEdge('a', 'c', { isParallel })
      .setEntry('a')
      .setTerminal('c')
      .configure({ parallelBranches: false })
      .build();
    return { seen, engine };
  };

  it('wait for each other in the order of the edges', async () => {
    const { seen, engine } = noting(false);
    await engine.execute('');

    expect(seen).toEqual(['b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('run beside each other after all where one of their edges says so', async () => {
    const { seen, engine } = noting(true);
    await engine.execute('');

    expect(seen.slice(0, 2)).toEqual(['b begins', 'c begins']);
  });
});
