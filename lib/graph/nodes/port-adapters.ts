import type { StepContext } from '../../core/definition/index.js';
import type { LLMAnswer, LLMPort, LLMRequest } from './ports.js';

/** What LangChain.js calls a runnable, as far as it is needed here: models, agents, chains and tools are. @publicApi */
export interface RunnableLike {
  invoke(input: never, options?: { readonly signal?: AbortSignal }): unknown;
}

/**
 * A runnable as an agent or a tool: it is given the input, or the arguments, and the signal of the attempt.
 *
 * @example
 * .addNode('answer', { agent: fromRunnable(createAgent({ model, tools })) })
 *
 * @publicApi
 */
export function fromRunnable(runnable: RunnableLike): (input: never, step: StepContext) => unknown {
  return (input, { signal }) => runnable.invoke(input, { signal });
}

/** A chat model of LangChain.js as a language model: it is given the system prompt and the prompt as messages. @publicApi */
export function fromChatModel(model: RunnableLike): LLMPort {
  return ({ prompt, systemPrompt, signal }) => {
    const human = { role: 'user', content: prompt };
    const messages = systemPrompt === undefined ? [human] : [{ role: 'system', content: systemPrompt }, human];
    return model.invoke(messages as never, { signal }) as LLMAnswer | Promise<LLMAnswer>;
  };
}

/** What the AI SDK's `generateText` is given. @publicApi */
export interface GenerateTextRequest<M> {
  readonly model: M;
  readonly prompt: string;
  readonly system?: string;
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly abortSignal: AbortSignal;
}

/**
 * The AI SDK's `generateText` with one of its models as a language model.
 *
 * @example
 * .addNode('summary', { llm: fromGenerateText(generateText, anthropic('…')), prompt: 'Summarise: {input}' })
 *
 * @publicApi
 */
export function fromGenerateText<M>(
  generateText: (request: GenerateTextRequest<M>) => PromiseLike<{ readonly text: string }>,
  model: M,
): LLMPort {
  return ({ prompt, systemPrompt, temperature, maxTokens, signal }: LLMRequest) =>
    generateText({
      ...{ model, prompt, abortSignal: signal },
      ...(systemPrompt !== undefined && { system: systemPrompt }),
      ...(temperature !== undefined && { temperature }),
      ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    });
}
