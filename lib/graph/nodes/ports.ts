import type { StepContext } from '../../core/definition/index.js';
import { GraphValidationError } from '../errors/graph-validation.error.js';

/** An agent: is given an input and answers. A function, or an object with one of these methods. @publicApi */
export type AgentPort<I = never, O = unknown> =
  | ((input: I, step: StepContext) => O | PromiseLike<O>)
  | { run(input: I, step: StepContext): O | PromiseLike<O> }
  | { invoke(input: I, step: StepContext): O | PromiseLike<O> };

/** Runs agents that cannot run themselves. @publicApi */
export interface AgentExecutorPort<A = never> {
  execute(agent: A, input: unknown, step: StepContext): unknown;
}

/** What a tool is called with. @publicApi */
export type ToolArguments = Readonly<Record<string, unknown>>;

/** A tool: is given arguments and answers. @publicApi */
export type ToolPort<A = never, O = unknown> =
  | ((args: A, step: StepContext) => O | PromiseLike<O>)
  | { execute(args: A, step: StepContext): O | PromiseLike<O> }
  | { invoke(args: A, step: StepContext): O | PromiseLike<O> };

/** What a language model is asked. @publicApi */
export interface LLMRequest {
  readonly prompt: string;
  readonly systemPrompt?: string;
  readonly model?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** Aborted on time-out and cancel. */
  readonly signal: AbortSignal;
}

/** What a language model answers: a text, or an object that has it as `text` or `content`. @publicApi */
export type LLMAnswer = string | { readonly text: string } | { readonly content: unknown };

/** A language model: is given a prompt and answers a text. @publicApi */
export type LLMPort =
  | ((request: LLMRequest) => LLMAnswer | PromiseLike<LLMAnswer>)
  | { complete(request: LLMRequest): LLMAnswer | PromiseLike<LLMAnswer> };

/** Calls a port whichever of its forms it has; a step that is not there is not handed on. @internal */
export function portCaller(port: unknown, methods: readonly string[], place: string): PortCall {
  const call = callOf(port, methods, place);
  return (input, step) => (step === undefined ? call(input) : call(input, step));
}

/** @internal */
export type PortCall = (input: unknown, step?: StepContext) => unknown;

function callOf(port: unknown, methods: readonly string[], place: string): (...args: unknown[]) => unknown {
  if (typeof port === 'object' && port !== null) {
    const method = methods.find((name) => typeof (port as Record<string, unknown>)[name] === 'function');
    // Looked up at each call, so that a test may replace the method of the object.
    if (method !== undefined)
      return (...args) => (port as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
  }
  if (typeof port === 'function') return port as (...args: unknown[]) => unknown;
  throw new GraphValidationError(
    `The ${place} is neither a function nor an object with ${methods.map((name) => `${name}()`).join(' or ')}.`,
  );
}
