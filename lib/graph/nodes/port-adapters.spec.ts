import { fromChatModel, fromGenerateText, fromRunnable, WorkflowBuilder, type AddNodeOptions } from '../index.js';

/** What a graph of one such node comes to. */
async function outputOf(options: AddNodeOptions, input: unknown = 'hello'): Promise<unknown> {
  const builder = new WorkflowBuilder('g').addNode('n', options).setEntry('n').setTerminal('n');
  return (await builder.build().execute(input)).output;
}

/** Upper-cases, as a runnable does its work: the input first, then the options. */
const shout = {
  invoke: async (input: string, options?: { readonly signal?: AbortSignal }) => {
    options?.signal?.throwIfAborted();
    return input.toUpperCase();
  },
};

describe('What other libraries make', () => {
  it('fits as an agent or a tool when it is a runnable', async () => {
    const add = { invoke: ({ input }: { input: number[] }) => input.reduce((sum, each) => sum + each, 0) };

    expect(await outputOf({ agent: fromRunnable(shout) })).toBe('HELLO');
    expect(await outputOf({ tool: fromRunnable(add) }, [1, 2, 3])).toBe(6);
  });

  it('fits as a language model when it takes messages, and answers one', async () => {
    const model = {
      invoke: async (messages: readonly { role: string; content: string }[]) => ({
        content: [{ type: 'text', text: messages.map(({ role, content }) => `${role}: ${content}`).join('; ') }],
      }),
    };
    const llm = fromChatModel(model);

    expect(await outputOf({ llm, prompt: 'Say {input}', systemPrompt: 'Be kind' })).toBe(
      'system: Be kind; user: Say hello',
    );
  });

  it('fits as a language model when it is generateText with a model', async () => {
    const generateText = async ({
      model,
      abortSignal: _,
      ...request
    }: {
      model: string;
      abortSignal: AbortSignal;
    }) => ({
      text: `${model} ${JSON.stringify(request)}`,
    });
    const llm = fromGenerateText(generateText, 'local');

    expect(await outputOf({ llm, systemPrompt: 'Be kind', temperature: 0, maxTokens: 5 })).toBe(
      'local {"prompt":"hello","system":"Be kind","temperature":0,"maxOutputTokens":5}',
    );
  });
});
