import { failure, failing, rejection } from '../../../test/utils/graphs.js';
import {
  AbstractWorkflowNode,
  AgentNode,
  GateNode,
  LLMNode,
  NodeType,
  SubworkflowNode,
  ToolNode,
  WorkflowBuilder,
  type GraphValues,
} from '../index.js';

describe('Nodes', () => {
  const run = (node: AbstractWorkflowNode, state: GraphValues = {}) =>
    new WorkflowBuilder('g').addNode('n', node).setEntry('n').setTerminal('n').build().execute('hello', { state });

  it('of an own class know their name and are custom', async () => {
    class Shout extends AbstractWorkflowNode {
      override execute(state: GraphValues) {
        return { output: String(state['input']).toUpperCase() };
      }
    }

    expect(new Shout('n')).toMatchObject({ name: 'n', nodeType: 'custom' });
    expect((await run(new Shout('n'))).output).toBe('HELLO');
  });

  it('are of one of seven types, which are stored by their small letters', () => {
    expect(Object.values(NodeType)).toEqual(['agent', 'tool', 'llm', 'gate', 'human', 'subworkflow', 'custom']);
  });

  it('that only route add nothing', () => {
    expect(new GateNode('n', { routes: { a: () => true } }).execute()).toEqual({});
  });

  it('ask an agent, by itself or by an executor, and store the answer', async () => {
    const executor = { execute: async (agent: { name: string }, input: unknown) => `${agent.name}:${String(input)}` };

    expect((await run(new AgentNode('n', { agent: { run: (input: string) => input.length } }))).output).toBe(5);
    expect(
      (await run(new AgentNode('n', { agent: { name: 'bob' }, executor, inputKey: 'q', outputKey: 'r' }), { q: 'x' }))
        .finalState['r'],
    ).toBe('bob:x');
  });

  it('hand a tool its input and the extra keys that are there', async () => {
    const result = await run(new ToolNode('n', { tool: { execute: (args: object) => args }, extraKeys: ['a', 'b'] }), {
      a: 1,
    });

    expect(result.output).toEqual({ input: 'hello', a: 1 });
  });

  it('fill prompts from the state, leaving unknown keys as they are, and ask the model', async () => {
    const asked: object[] = [];
    const llm = {
      complete: (request: { prompt: string }) => {
        asked.push({ ...request });
        return { text: 'yes' };
      },
    };
    const node = new LLMNode('n', {
      llm,
      promptTemplate: '{input} {data} {unknown}',
      systemPrompt: 'Be {tone}',
      temperature: 0,
      model: 'm',
      maxTokens: 9,
      outputKey: 'r',
    });
    const { finalState } = await run(node, { tone: 'kind', data: { x: 1 } });

    expect(asked).toMatchObject([
      { prompt: 'hello {"x":1} {unknown}', systemPrompt: 'Be kind', temperature: 0, model: 'm', maxTokens: 9 },
    ]);
    expect(finalState).toMatchObject({ r: 'yes', output: 'yes' });
  });

  it.each<[string, AbstractWorkflowNode, string]>([
    [
      'agent',
      new AgentNode('n', {
        agent: failing,
      }),
      'Agent error: no',
    ],
    [
      'tool',
      new ToolNode('n', {
        tool: async () => failing(),
      }),
      'Tool error: no',
    ],
    [
      'model',
      new LLMNode('n', {
        llm: failing,
      }),
      'LLM error: no',
    ],
  ])('store the failure of their %s and count as failed', async (_, node, text) => {
    const result = await run(node);

    expect([result.output, result.succeeded, result.nodeResults[0]?.error]).toEqual([text, false, 'no']);
    expect(await node.execute({ input: 'x' }, undefined as never)).toEqual({ output: text });
  });

  it('fail the graph instead where they are told to', async () => {
    expect(
      await rejection(
        run(
          new ToolNode('n', {
            tool: failing,
            onError: 'throw',
          }),
        ),
      ),
    ).toMatchObject({ node: 'n', cause: failure });
  });

  it('refuse a port that is none', () => {
    expect(() => new ToolNode('n', { tool: {} as never })).toThrow(
      /tool of node "n" is neither a function nor an object with execute\(\)/,
    );
  });

  it('of a sub-workflow run another graph on a value of the state', async () => {
    const inner = new WorkflowBuilder('inner')
      .addNode('x', ({ input }) => ({ output: `<${String(input)}>` }))
      .setEntry('x')
      .setTerminal('x')
      .build();
    const { finalState, nodeResults } = await run(
      new SubworkflowNode('n', { workflow: inner, inputKey: 'q', outputKey: 'r' }),
      { q: 'v' },
    );

    expect(finalState['r']).toBe('<v>');
    expect(nodeResults).toHaveLength(1);
  });

  it('of a sub-workflow store its failure as a text, and the graph goes on', async () => {
    const inner = new WorkflowBuilder('inner').addNode('x', failing).setEntry('x').setTerminal('x').build();
    const { output, status } = await run(new SubworkflowNode('n', { workflow: inner }));

    expect([output, status]).toEqual(['Subworkflow error: The node "x" failed: no', 'completed']);
  });
});
