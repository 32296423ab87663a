import { graphOf } from '../../test/utils/graphs.js';
import {
  AgentNode,
  CycleDetectedError,
  GateNode,
  GraphConfig,
  GraphExecutionError,
  GraphResult,
  HumanInputRequiredError,
  NodeResult,
  SubworkflowNode,
  ToolNode,
  WorkflowBuilder,
  WorkflowRunner,
  WorkflowState,
  type GraphValues,
  type WorkflowBuilderOptions,
  type WorkflowEngine,
} from './index.js';

/** Goes round until it is stopped. */
const endless = (...given: readonly [(GraphConfig | WorkflowBuilderOptions | null)?, number?]) =>
  new WorkflowBuilder('endless', ...given)
    .addNode('a', () => ({}))
    .addEdge('a', 'a')
    .setEntry('a')
    .setTerminal('a', { condition: () => false })
    .build();

describe('A graph takes', () => {
  it.each<[string, WorkflowEngine]>([
    ['a configuration and a version', endless(new GraphConfig({ maxIterations: 3 }), 2)],
    ['what a configuration is made of', endless({ maxIterations: 3 } as never, 2)],
    ['both as options', endless({ config: { maxIterations: 3 }, version: 2 })],
  ])('%s', async (_, engine) => {
    expect(engine.version).toBe(2);
    await expect(engine.execute('')).rejects.toMatchObject({ iterations: 3 });
  });

  it('a configuration for one run, as an option or by itself', async () => {
    for (const given of [new GraphConfig({ maxIterations: 4 }), { config: { maxIterations: 4 } }])
      await expect(endless().execute('', given)).rejects.toEqual(new CycleDetectedError(4, { node: 'a' }));
  });

  it('a condition as an option or by itself', async () => {
    const { builder } = graphOf('a>b', 'b');
    const engine = builder
      .addNode('c', () => ({}))
      .addEdge('a', 'c', () => false)
      .addEdge('b', 'c')
      .setTerminal('b', () => false)
      .build();

    expect((await engine.execute('')).nodeResults.map(({ nodeName }) => nodeName)).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, () => unknown]>([
    ['verzion', () => new WorkflowBuilder('g', { verzion: 2 } as never)],
    ['conditon', () => new WorkflowBuilder('g').addEdge('a', 'b', { conditon: () => true } as never)],
    ['wenn', () => new WorkflowBuilder('g').setTerminal('a', { wenn: () => true } as never)],
    ['maxIterations', () => endless().execute('', { maxIterations: 3 } as never)],
    ['state', () => endless().resume({}, '', { state: {} } as never)],
    ['maxRetrys', () => new WorkflowRunner(endless(), { maxRetrys: 1 } as never)],
    ['configuration', () => new WorkflowRunner(endless()).run('', { configuration: {} } as never)],
    ['key', () => new WorkflowRunner(endless()).resume('', { state: {}, key: 'x' } as never)],
  ])('no option called %s', async (option, call) => {
    await expect((async () => call())()).rejects.toMatchObject({
      name: 'WorkflowOptionsError',
      message: expect.stringContaining(`"${option} of `) as string,
    });
  });

  it.each([5, 'abc', [7]])('no values to begin with that have no keys: %p', async (state) => {
    const graph = endless();
    const expected = { name: 'WorkflowOptionsError', message: expect.stringContaining('"state of ') as string };

    await expect(graph.execute('', { state } as never)).rejects.toMatchObject(expected);
    await expect(new WorkflowRunner(graph).run('', { state } as never)).rejects.toMatchObject(expected);
    expect(() => graph.stream('', { state } as never)).toThrow(expect.objectContaining(expected) as Error);
  });

  it('no answer without the state that it is for', async () => {
    const runner = new WorkflowRunner(endless());
    const expected = { name: 'WorkflowOptionsError', expected: expect.stringContaining('finalState') as string };

    await expect(endless().resume(undefined as never, 'yes')).rejects.toMatchObject(expected);
    await expect(runner.resume('yes', {} as never)).rejects.toMatchObject(expected);
    await expect(runner.resume('yes', undefined as never)).rejects.toMatchObject(expected);
  });

  it('a node under another name than its own, and draws it under that', async () => {
    const engine = new WorkflowBuilder('g')
      .addNode('x', { node: new GateNode('own') })
      .setEntry('x')
      .setTerminal('x')
      .build();

    expect((await engine.execute('')).terminatedAt).toBe('x');
    expect([engine.toMermaid(), engine.toDot()]).toEqual([
      expect.stringContaining('{"x"}'),
      expect.stringContaining('"x" ['),
    ]);
  });

  it('a state that only names the node it waits at, and goes on there', async () => {
    const { builder, seen } = graphOf('a>b', 'b');
    const engine = builder
      .addNode('ask', { humanPrompt: 'Well?' })
      .addEdge('b', 'ask')
      .setTerminal('b', () => false);
    const { finalState } = await engine.build().resume({ input: 'x', _paused_at: 'ask' }, 'yes');

    expect(finalState).toMatchObject({ input: 'x', human_response: 'yes' });
    expect([seen, '_paused_at' in finalState]).toEqual([[], false]);
  });

  it('no state of another version, unless it says that it can go on with it', async () => {
    const versioned = (version: number, isCompatibleWith?: (other: number) => boolean) =>
      new WorkflowBuilder('g', { version, ...(isCompatibleWith && { isCompatibleWith }) })
        .addNode('ask', { humanPrompt: 'Well?' })
        .setEntry('ask')
        .setTerminal('ask')
        .build();
    const { finalState } = await versioned(1).execute('x');

    expect(finalState['_definition_version']).toBe(1);
    await expect(versioned(2).resume(finalState, 'yes')).rejects.toMatchObject({
      name: 'WorkflowVersionMismatchError',
      ...{ workflowName: 'g', expectedVersion: 1, actualVersion: 2 },
    });
    expect(await versioned(2, () => true).resume(finalState, 'yes')).toMatchObject({
      ...{ status: 'completed', finalState: { _definition_version: 2 } },
    });
    expect(await versioned(2).resume({ input: 'x' }, 'yes')).toMatchObject({ status: 'completed' });
  });
});

describe('Results and states are made', () => {
  it('of what the documents list, by position or by name', () => {
    const result = new NodeResult('a', { x: 1 }, 3, 'no', true);
    const state = new WorkflowState('x');
    const facts = { nodeResults: [result], iterations: 2, durationMs: 9, terminatedAt: 'a' };

    expect(result).toEqual(new NodeResult('a', { output: { x: 1 }, durationMs: 3, error: 'no', skipped: true }));
    for (const made of [new GraphResult({ ...facts, finalState: state }), new GraphResult(state, facts)])
      expect(made).toEqual(new GraphResult(state, [result], 2, 9, 'a'));
    expect(new GraphResult({ output: 5 } as never).output).toBe(5);
  });

  it('as succeeded where every visit that was made did', () => {
    const [done, skipped, failed] = [{}, { skipped: true }, { error: 'no' }].map((facts) => new NodeResult('a', facts));
    const succeeded = (...nodeResults: (NodeResult | undefined)[]) =>
      new GraphResult({ finalState: {} as never, nodeResults: nodeResults as NodeResult[] }).succeeded;

    expect([succeeded(), succeeded(done, skipped), succeeded(done, failed)]).toEqual([true, true, false]);
  });

  it('of an input and values, one by one or together', () => {
    const state = new WorkflowState('x', { initial: { a: 1 } });

    expect(new WorkflowState({ input: 'x', initial: { a: 1 } })).toEqual(state);
    expect(new WorkflowState({ order: 7 })['input']).toEqual({ order: 7 });
    expect(new WorkflowState({ input: 7 }, {})['input']).toEqual({ input: 7 });
    expect(new WorkflowState()['input']).toBe('');
  });
});

describe('A node', () => {
  it('keeps what it writes into the state to itself', async () => {
    const engine = new WorkflowBuilder('g')
      .addNode('a', (state) => {
        const own = state as GraphValues;
        own['own'] = 1;
        delete own['input'];
        (state['_history'] as unknown[]).push('mine');
        return { seen: [state['own'], 'input' in state, Object.keys(state).includes('own'), { ...state }['own']] };
      })
      .addNode('b', (state) => ({ after: [state['own'], state['input'], Object.hasOwn(state, 'own')] }))
      .addEdge('a', 'b')
      .setEntry('a')
      .setTerminal('b')
      .build();
    const { finalState } = await engine.execute('x');

    expect(finalState).toMatchObject({ seen: [1, false, true, 1], after: [undefined, 'x', false] });
    expect(finalState.history).toHaveLength(2);
  });

  it('called by itself hands its port nothing but the documented arguments', async () => {
    const calls: unknown[][] = [];
    const note = (...args: unknown[]) => calls.push(args);
    await new AgentNode('a', { agent: { name: 'bot' }, executor: { execute: note } }).execute({ input: 1 });
    await new AgentNode('a', { agent: { run: note } }).execute({ input: 1 });
    await new ToolNode('t', { tool: { execute: note } }).execute({ input: 1 });

    expect(calls).toEqual([[{ name: 'bot' }, 1], [1], [{ input: 1 }]]);
  });

  it.each<[string, () => unknown, GraphValues]>([
    ['a result', async () => ({ output: 7 }), { output: 7 }],
    ['a value', () => 7, { output: 7 }],
    [
      'a failure',
      () => {
        throw new Error('boom');
      },
      { output: 'Subworkflow error: boom' },
    ],
  ])('of a sub-workflow calls anything that executes, which answers %s', async (_, execute, expected) => {
    const workflow = { name: 'other', execute };
    const engine = new WorkflowBuilder('g')
      .addNode('s', { subworkflow: workflow })
      .setEntry('s')
      .setTerminal('s')
      .build();

    expect(await new SubworkflowNode('s', { workflow }).execute({ input: 1 })).toEqual(expected);
    expect((await engine.execute(1)).finalState).toMatchObject(expected);
  });

  it('of a sub-workflow is over when the total timeout of its graph is', async () => {
    const inner = graphOf('a>b', 'b', { b: () => new Promise(() => undefined) })
      .builder.configure({ totalTimeout: '20ms', nodeTimeout: 0 })
      .build();
    const outer = new WorkflowBuilder('g').addNode('s', { subworkflow: inner }).setEntry('s').setTerminal('s').build();

    expect((await outer.execute('')).output).toMatch(/^Subworkflow error: .* total timeout of 0.02 s/);
  });
});

describe('A runner', () => {
  const runner = (execute: () => Promise<unknown>) =>
    new WorkflowRunner({ name: 'other', execute } as never, { maxRetries: 2, retryDelay: 0 });

  it('runs anything that executes', async () => {
    let calls = 0;
    const answer = await runner(async () => {
      if (++calls < 3) throw new GraphExecutionError('not yet');
      return { calls };
    }).run('x');

    expect(answer).toEqual({ calls: 3 });
  });

  it('does not try again what waits for a person, or is no failure of the graph', async () => {
    for (const error of [new HumanInputRequiredError('Well?'), new TypeError('no')]) {
      let calls = 0;
      const run = runner(async () => {
        calls++;
        throw error;
      }).run('x');

      await expect(run).rejects.toBe(error);
      expect(calls).toBe(1);
    }
  });

  it('puts the answer into the state that it was given', async () => {
    const engine = new WorkflowBuilder('g').addNode('ask', { humanPrompt: '?' }).setEntry('ask').setTerminal('ask');
    const state = new WorkflowState('x');
    await new WorkflowRunner(engine.build()).resume('yes', { state, responseKey: 'note' });

    expect(state['note']).toBe('yes');
  });
});
