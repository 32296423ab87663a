import { failing, graphOf, thrownBy } from '../../test/utils/graphs.js';
import { isWorkflowError } from '../core/errors/index.js';
import {
  AbstractWorkflowNode,
  ExecutionHistory,
  GateNode,
  GraphConfig,
  GraphValidationError,
  NodeType,
  WorkflowBuilder,
  WorkflowEngine,
  WorkflowState,
  type GraphValues,
} from './index.js';

class Shout extends AbstractWorkflowNode {
  override execute() {
    return {};
  }
}

describe('WorkflowBuilder', () => {
  it('says once what a node is, and takes each name once', () => {
    const builder = new WorkflowBuilder('g').addNode('a', () => ({}));

    expect(() => builder.addNode('a', () => ({}))).toThrow(/called "a"/);
    expect(() => builder.addNode('b', {})).toThrow(/was given nothing\. Give exactly one of/);
    expect(() => builder.addNode('b', { agent: () => 1, tool: () => 1 })).toThrow(/agent and tool/);
    expect(() => builder.addNode('b', { agnet: () => 1 } as never)).toThrow(/agnet/);
  });

  it.each<[string, (builder: WorkflowBuilder) => unknown, RegExp]>([
    ['a name alone', (b) => b.addNode('b', undefined as never), /"b" of graph "g" was given nothing/],
    [
      'a class',
      (b) => b.addNode('b', Shout as never),
      /"b" of the graph "g" was given the class Shout\. .* new Shout\(/,
    ],
    ['what cannot execute', (b) => b.addNode('b', { node: {} as never }), /"b" is none: it has no execute/],
    ['an unknown option', (b) => b.addNode('b', () => ({}), { timout: 1 } as never), /"timout of node "b""/],
    ['no attempts', (b) => b.addNode('b', () => ({}), { retry: 0 }), /"retry of node "b"" has the value 0/],
    ['no routes', (b) => b.addGate('b', undefined as never), /"routes of gate "b" of graph "g""/],
    ['a route that is no condition', (b) => b.addGate('b', { a: 1 as never }), /edge "b" → "a" is no function/],
    [
      'an end that is no condition',
      (b) => b.setTerminal('b', { condition: 'x' as never }),
      /terminal "b" of graph "g"/,
    ],
    ['a reducer that is none', (b) => b.setReducer('x', 'add' as never), /"reducer of "x" of graph "g""/],
  ])('refuses %s where it is given, and says where that is', (_, call, message) => {
    const error = thrownBy(() => call(new WorkflowBuilder('g')));

    expect(isWorkflowError(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it('takes whatever executes for a node', async () => {
    const node = { text: 'hi', execute: ({ input }: GraphValues) => ({ said: [input, node.text] }) };
    const { builder } = graphOf('a>b', 'c');
    const engine = builder
      .addNode('c', { node: node as never })
      .addEdge('b', 'c')
      .build();
    const direct = new WorkflowEngine('g', { c: node as never }, [], 'c', { c: null });

    for (const each of [engine, direct]) expect((await each.execute('x')).finalState['said']).toEqual(['x', 'hi']);
  });

  it('makes nodes of ports, prompts and graphs', () => {
    const inner = new WorkflowBuilder('inner')
      .addNode('x', () => ({}))
      .setEntry('x')
      .setTerminal('x')
      .build();
    const engine = new WorkflowBuilder('g')
      .addNode('agent', { agent: () => 1 })
      .addNode('tool', { tool: () => 1 })
      .addNode('llm', { llm: () => 'x', prompt: 'Say {input}' })
      .addNode('human', { humanPrompt: 'Well?' })
      .addNode('sub', { subworkflow: inner })
      .addNode('own', { node: new GateNode('own') })
      .setEntry('agent')
      .setTerminal('sub')
      .build();

    expect([...engine.parts.nodes.values()].map(({ nodeType }) => nodeType)).toEqual([
      ...[NodeType.AGENT, NodeType.TOOL, NodeType.LLM, NodeType.HUMAN, NodeType.SUBWORKFLOW, NodeType.GATE],
    ]);
  });

  it.each<[string, (builder: WorkflowBuilder) => unknown, RegExp]>([
    ['without an entry', (b) => b.setTerminal('a'), /setEntry/],
    ['with an entry that is not there', (b) => b.setEntry('x').setTerminal('a'), /"x", and there is no such node/],
    ['without an end', (b) => b.setEntry('a'), /setTerminal/],
    ['with an end that is not there', (b) => b.setEntry('a').setTerminal('x'), /"x" is to be an end/],
    ['with an edge to nowhere', (b) => b.setEntry('a').setTerminal('a').addEdge('a', 'x'), /touches "x"/],
    ['with an edge from nowhere', (b) => b.setEntry('a').setTerminal('a').addEdge('x', 'a'), /touches "x"/],
    [
      'with a gate to nowhere',
      (b) =>
        b
          .setEntry('a')
          .setTerminal('a')
          .addGate('g', { x: () => true }),
      /touches "x"/,
    ],
  ])('refuses a graph %s', (_, build, message) => {
    const builder = new WorkflowBuilder('g').addNode('a', () => ({}));
    build(builder);

    expect(() => builder.build()).toThrow(GraphValidationError);
    expect(() => builder.build()).toThrow(message);
  });

  it('keeps the version and takes the last configuration', () => {
    const engine = graphOf('a>b', 'b').builder.configure({ maxIterations: 7 }).build();

    expect([engine.name, engine.version, engine.config.maxIterations]).toEqual(['g', 1, 7]);
    expect(
      new WorkflowBuilder('v', null, 3)
        .addNode('a', () => ({}))
        .setEntry('a')
        .setTerminal('a')
        .build().version,
    ).toBe(3);
  });
});

describe('GraphConfig', () => {
  it('has the documented defaults', () => {
    expect(new GraphConfig()).toMatchObject({
      enabled: true,
      maxIterations: 25,
      nodeTimeout: 120,
      totalTimeout: 0,
      checkpointEnabled: false,
      parallelBranches: true,
      maxParallelBranches: 0,
    });
  });

  it.each([
    { maxIterations: 0 },
    { maxParallelBranches: -1 },
    { nodeTimeout: -1 },
    { enabled: 1 },
    { maxIteration: 3 },
  ])('refuses %j', (options) => {
    expect(() => new GraphConfig(options as never)).toThrow(/GraphConfig/);
  });

  it('finds what is unwise in production, and nothing in the defaults', () => {
    expect(new GraphConfig().validateForEnvironment('production')).toEqual([]);
    expect(new GraphConfig({ nodeTimeout: 0 }).validateForEnvironment('production')).toMatchObject([
      { field: 'nodeTimeout' },
    ]);
    expect(new GraphConfig({ nodeTimeout: 0 }).validateForEnvironment('development')).toEqual([]);
  });

  it('switched off runs nothing', async () => {
    const { seen, builder } = graphOf('a>b', 'b');

    await expect(builder.configure({ enabled: false }).build().execute('x')).rejects.toThrow(/switched off/);
    expect(seen).toEqual([]);
  });
});

describe('WorkflowState', () => {
  it('shows its values as properties, by get and as a copy', () => {
    const state = new WorkflowState('in', { initial: { a: 1 } });
    const copy = state.asDict();
    copy['a'] = 2;

    expect([state['input'], state['a'], state.get('a'), state.get('none', 7), state.get('none')]).toEqual([
      ...['in', 1, 1, 7, undefined],
    ]);
    expect([state.iteration, state.history]).toEqual([0, []]);
  });

  it('passes over keys of the engine when it merges', () => {
    const state = new WorkflowState();
    state.merge({ a: 1, _iteration: 9, _history: 'x' });

    expect([state['a'], state.iteration, state.history]).toEqual([1, 0, []]);
  });

  it('takes keys that are called like its methods, or like what objects inherit', () => {
    const state = new WorkflowState();
    state.merge(JSON.parse('{"get":1,"history":2,"__proto__":3}') as GraphValues);

    expect({ ...state }).toMatchObject({ get: 1, history: 2 });
    expect(Object.getPrototypeOf(state)).toBe(WorkflowState.prototype);
  });

  it('notes visits', () => {
    const state = new WorkflowState();
    state.record('a', { x: 1 });

    expect(state.history).toEqual([['a', { x: 1 }]]);
  });
});

describe('ExecutionHistory', () => {
  it('shows the visits as data, as a text, and by how they went', async () => {
    const engine = new WorkflowBuilder('g')
      .addNode('a', () => ({ x: 1 }))
      .addNode('b', {
        tool: failing,
      })
      .addEdge('a', 'b')
      .setEntry('a')
      .setTerminal('b')
      .build();
    const history = new ExecutionHistory(await engine.execute(''));

    expect(history.asDict()).toMatchObject({
      iterations: 2,
      terminatedAt: 'b',
      nodes: [
        { nodeName: 'a', output: { x: 1 }, succeeded: true },
        { nodeName: 'b', error: 'no' },
      ],
    });
    expect(history.asText().split('\n')).toEqual([
      expect.stringMatching(/^1\. a .* ok$/),
      expect.stringMatching(/^2\. b .* failed: no$/),
    ]);
    expect([history.failedNodes().length, history.succeededNodes().length]).toEqual([1, 1]);
    expect(history.totalNodeTimeMs()).toBeGreaterThanOrEqual(0);
  });
});
