import type { StepContext } from '../../core/definition/index.js';
import { describeValue, WorkflowOptionsError } from '../../core/errors/index.js';
import { text } from '../../core/options/index.js';
import { NodeExecutionError } from '../errors/node-execution.error.js';
import { NodeType } from '../node-type.js';
import type { GraphValues } from '../workflow-state.js';
import { PortNode, type PortNodeOptions } from './port-node.js';
import { portCaller, type LLMPort, type LLMRequest, type PortCall } from './ports.js';
import { fillTemplate, textOf } from './prompt-template.js';

/** @publicApi */
export interface LLMNodeOptions extends PortNodeOptions {
  readonly llm: LLMPort;
  /** `{key}` stands for a value of the state. @default '{input}' */
  readonly promptTemplate?: string;
  /** `{key}` stands for a value of the state. @default none */
  readonly systemPrompt?: string;
  readonly model?: string | null;
  readonly temperature?: number | null;
  readonly maxTokens?: number | null;
}

/** A node that asks a language model. @publicApi */
export class LLMNode extends PortNode {
  readonly llm: LLMPort;
  readonly promptTemplate: string;
  readonly systemPrompt: string;
  private readonly settings: Pick<LLMRequest, 'model' | 'temperature' | 'maxTokens'>;
  private readonly caller: PortCall;

  constructor(name: string, options: LLMNodeOptions) {
    super(name, NodeType.LLM, 'LLM', options);
    const { model, temperature, maxTokens } = options;
    this.llm = options.llm;
    this.promptTemplate = options.promptTemplate ?? '{input}';
    this.systemPrompt = options.systemPrompt ?? '';
    text(model ?? undefined, `model of node "${name}"`);
    requireNumber(temperature, `temperature of node "${name}"`);
    requireNumber(maxTokens, `maxTokens of node "${name}"`);
    this.settings = {
      ...(model != null && { model }),
      ...(temperature != null && { temperature }),
      ...(maxTokens != null && { maxTokens }),
    };
    this.caller = portCaller(this.llm, ['complete', 'generate'], `llm of node "${name}"`);
  }

  protected override async call(state: Readonly<GraphValues>, step: StepContext | undefined): Promise<string> {
    const systemPrompt = fillTemplate(this.systemPrompt, state);
    const request = {
      prompt: fillTemplate(this.promptTemplate, state),
      ...(systemPrompt !== '' && { systemPrompt }),
      ...this.settings,
      // Made when it is asked for: a signal is dear, and few models look at it.
      get signal() {
        return step?.signal;
      },
    };
    return answerText(this.name, await this.caller(request));
  }
}

/** @throws NodeExecutionError for what is no {@link LLMAnswer} */
function answerText(node: string, answer: unknown): string {
  if (typeof answer === 'string') return answer;
  const { text, content } = Object(answer) as { readonly text?: unknown; readonly content?: unknown };
  if (typeof text === 'string') return text;
  if (Array.isArray(content)) return content.map((part: unknown) => partText(part)).join('');
  if (content != null) return textOf(content);
  throw new NodeExecutionError(
    `The llm of node "${node}" answered ${describeValue(answer)}. It answers a text, or an object that has it as text or content.`,
    { node },
  );
}

function requireNumber(value: number | null | undefined, option: string): void {
  if (value == null || Number.isFinite(value)) return;
  throw new WorkflowOptionsError({ option, value, expected: 'a number' });
}

/** Models answer in parts as well, of which only the texts count. */
function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  const { text } = Object(part) as { readonly text?: unknown };
  return typeof text === 'string' ? text : '';
}
