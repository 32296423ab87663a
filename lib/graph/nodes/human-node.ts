import type { ApprovalTaskOptions, TaskOptions } from '../../core/definition/index.js';
import { checkTask } from '../../core/execution/index.js';
import { oneOf } from '../../core/options/index.js';
import { HumanInputRequiredError } from '../errors/human-input-required.error.js';
import { NodeType } from '../node-type.js';
import type { GraphUpdate, GraphValues } from '../workflow-state.js';
import { keyToWrite } from './state-key.js';
import { fillTemplate } from './prompt-template.js';
import { AbstractWorkflowNode } from './workflow-node.js';

/** Where answers are found that nobody asked to be elsewhere. @internal */
export const HUMAN_RESPONSE = 'human_response';

/** @publicApi */
export interface HumanNodeOptions {
  /** `{key}` stands for a value of the state. @default 'Human input required.' */
  readonly prompt?: string;
  /** Where the answer is stored. @default 'human_response' */
  readonly outputKey?: string;
  /**
   * Where an answer is looked for in the state before a person is asked; one that is found has to pass the `schema` of the task. What
   * stands under another `outputKey` is overwritten by the answer, and is none. @default 'human_response'
   */
  readonly resumeKey?: string | null;
  /** Who is asked in a durable run, until when, and what the answer has to be like. */
  readonly task?: HumanTaskOptions;
  /** What becomes of a question that nobody answers by its deadline: the failure of the graph, or the answer `null`. @default 'throw' */
  readonly onDeadline?: 'throw' | 'store';
}

/** @publicApi */
export type HumanTaskOptions = Omit<TaskOptions, 'prompt'> & Partial<Pick<ApprovalTaskOptions, 'approval'>>;

/** A node that asks a person, and pauses the graph until there is an answer. @publicApi */
export class HumanNode extends AbstractWorkflowNode {
  readonly prompt: string;
  readonly outputKey: string;
  readonly resumeKey: string;
  readonly task: HumanTaskOptions | undefined;
  readonly onDeadline: 'throw' | 'store';

  constructor(name: string, options: HumanNodeOptions = {}) {
    super(name, NodeType.HUMAN);
    this.prompt = options.prompt ?? 'Human input required.';
    this.outputKey = keyToWrite(options.outputKey, HUMAN_RESPONSE, name);
    this.task = options.task;
    if (this.task !== undefined) checkTask(name, this.task);
    this.onDeadline = oneOf(options.onDeadline, ['throw', 'store'], `onDeadline of node "${name}"`) ?? 'throw';
    this.resumeKey = options.resumeKey ?? HUMAN_RESPONSE;
  }

  /** What the person is asked. */
  promptFor(state: object): string {
    return fillTemplate(this.prompt, state);
  }

  /** The answer that the state brings along; an empty text is one, `null` is none. @internal */
  answerIn(state: Readonly<GraphValues>): unknown {
    return state[this.resumeKey] ?? undefined;
  }

  /** @internal */
  updateOf(answer: unknown): GraphUpdate {
    return { [this.outputKey]: answer };
  }

  /** @throws HumanInputRequiredError when the state has no answer */
  override execute(state: Readonly<GraphValues>): GraphValues {
    const answer = this.answerIn(state);
    if (answer !== undefined) return this.updateOf(answer);
    throw new HumanInputRequiredError(this.promptFor(state), { node: this.name, checkpointId: this.name });
  }

  override get mainKey(): string {
    return this.outputKey;
  }
}
