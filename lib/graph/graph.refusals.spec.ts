import { FunctionNode, LLMNode, WorkflowBuilder, WorkflowRunner, type AddNodeOptions } from './index.js';

/** What building a graph of one node comes to. */
const built = (node: object) => () =>
  new WorkflowBuilder('g')
    .addNode('n', node as AddNodeOptions)
    .setEntry('n')
    .setTerminal('n')
    .build();

const [run, tool, llm] = [() => ({}), () => 1, () => 'yes'];

describe('A graph is not built', () => {
  it.each<[string, object]>([
    ['compensate of node "n"', { run, compensate: 5 }],
    ['extraKeys of node "n"', { tool, extraKeys: 'x' }],
    ['inputKey of node "n"', { tool, inputKey: 5 }],
    ['temperature of node "n"', { llm, temperature: 'x' }],
    ['maxTokens of node "n"', { llm, maxTokens: '5' }],
    ['model of node "n"', { llm, model: 5 }],
    ['outputKey of node "n"', { tool, outputKey: '' }],
    ['outputKey of node "n"', { tool, outputKey: '_x' }],
    ['outputKey of node "n"', { humanPrompt: '?', outputKey: '_x' }],
    ['outputKey of node "n"', { subworkflow: built({ run })(), outputKey: '_x' }],
  ])('with a meaningless %s', (option, node) => {
    expect(built(node)).toThrow(`"${option}"`);
  });

  it.each<[string, string, object]>([
    ['onError', 'subworkflow', { subworkflow: built({ run })(), onError: 'throw' }],
    ['timeout', 'humanPrompt', { humanPrompt: '?', timeout: 5 }],
    ['prompt', 'tool', { tool, prompt: 'x' }],
    ['outputKey', 'run', { run, outputKey: 'x' }],
    ['retry', 'node', { node: new FunctionNode('n', run), retry: 3 }],
  ])('with the option %s for a node of the kind %s, which does not look at it', (option, kind, node) => {
    expect(built(node)).toThrow(`"${option} of node "n" of graph "g", which is one of ${kind},"`);
  });

  it('with a gate whose routes are a list', () => {
    expect(() => new WorkflowBuilder('g').addGate('gate', [] as never)).toThrow('"routes of gate "gate" of graph "g""');
  });
});

describe('A runner is not made', () => {
  it('without a graph, or with a checkpoint that keeps nothing', () => {
    expect(() => new WorkflowRunner(undefined as never)).toThrow('"engine of WorkflowRunner"');
    expect(() => new WorkflowRunner(built({ run })(), { checkpoint: 5 as never })).toThrow(
      '"checkpoint of WorkflowRunner"',
    );
  });
});

describe('A language model', () => {
  it.each([undefined, null, {}, 5])('that answers %p has failed, and its node says so', async (answer) => {
    const engine = built({ llm: () => answer })();
    const node = new LLMNode('n', { llm: (() => answer) as never, onError: 'throw' });

    expect((await engine.execute('x')).nodeResults[0]?.error).toContain('The llm of node "n" answered');
    await expect(node.execute({ input: 'x' })).rejects.toMatchObject({ name: 'NodeExecutionError', node: 'n' });
  });

  it.each<[unknown, string]>([
    [{ text: 'a' }, 'a'],
    [{ content: [{ text: 'a' }, null, 'b'] }, 'ab'],
    [{ content: { a: 1 } }, '{"a":1}'],
  ])('that answers %j has answered', async (answer, text) => {
    expect((await built({ llm: () => answer })().execute('x')).output).toBe(text);
  });
});
