import { WorkflowDefinitionError } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions, type KnownOptions } from '../core/options/index.js';
import { AgentNode, type AgentNodeOptions } from './nodes/agent-node.js';
import { FunctionNode, type NodeFunction } from './nodes/function-node.js';
import { HumanNode, type HumanNodeOptions } from './nodes/human-node.js';
import { LLMNode, type LLMNodeOptions } from './nodes/llm-node.js';
import { SubworkflowNode, type SubworkflowNodeOptions } from './nodes/subworkflow-node.js';
import { ToolNode, type ToolNodeOptions } from './nodes/tool-node.js';
import { AbstractWorkflowNode, type NodeOptions } from './nodes/workflow-node.js';
import type { GraphValues } from './workflow-state.js';

/** What a node is made of: exactly one of `node`, `run`, `agent`, `tool`, `llm`, `humanPrompt` and `subworkflow`. @publicApi */
export interface AddNodeOptions<S extends object = GraphValues> extends NodeOptions {
  readonly node?: AbstractWorkflowNode<S> | null;
  readonly run?: NodeFunction<S> | null;
  readonly agent?: unknown;
  readonly tool?: ToolNodeOptions['tool'] | null;
  readonly llm?: LLMNodeOptions['llm'] | null;
  /** The prompt of a language model. @default '{input}' */
  readonly prompt?: string;
  /** What a person is asked. */
  readonly humanPrompt?: string;
  readonly subworkflow?: SubworkflowNodeOptions['workflow'] | null;
  readonly executor?: AgentNodeOptions['executor'];
  /** Where the main output is stored. @default 'output', of a person 'human_response' */
  readonly outputKey?: string;
  /** What agents, tools and sub-workflows are given. @default 'input' */
  readonly inputKey?: string;
  readonly onError?: 'store' | 'throw';
  readonly extraKeys?: readonly string[];
  readonly systemPrompt?: string;
  readonly model?: string | null;
  readonly temperature?: number | null;
  readonly maxTokens?: number | null;
  readonly resumeKey?: HumanNodeOptions['resumeKey'];
  readonly task?: HumanNodeOptions['task'];
  readonly onDeadline?: HumanNodeOptions['onDeadline'];
}

const ADD_NODE = knownOptions<AddNodeOptions>({
  ...{ node: true, run: true, agent: true, tool: true, llm: true, humanPrompt: true, subworkflow: true },
  ...{
    prompt: true,
    executor: true,
    outputKey: true,
    inputKey: true,
    onError: true,
    extraKeys: true,
    systemPrompt: true,
  },
  ...{
    model: true,
    temperature: true,
    maxTokens: true,
    resumeKey: true,
    task: true,
    onDeadline: true,
    retry: true,
    timeout: true,
    compensate: true,
  },
});

const ATTEMPTS = ['retry', 'timeout', 'compensate'];

/** What there is to say of each kind. */
const OPTIONS_OF: Readonly<Record<(typeof KINDS)[number], KnownOptions>> = {
  node: new Set(['node']),
  run: new Set(['run', ...ATTEMPTS]),
  agent: new Set(['agent', 'executor', 'inputKey', 'outputKey', 'onError', ...ATTEMPTS]),
  tool: new Set(['tool', 'inputKey', 'extraKeys', 'outputKey', 'onError', ...ATTEMPTS]),
  llm: new Set([
    'llm',
    'prompt',
    'systemPrompt',
    'model',
    'temperature',
    'maxTokens',
    'outputKey',
    'onError',
    ...ATTEMPTS,
  ]),
  humanPrompt: new Set(['humanPrompt', 'outputKey', 'resumeKey', 'task', 'onDeadline']),
  subworkflow: new Set(['subworkflow', 'inputKey', 'outputKey', 'timeout']),
};

const KINDS = ['node', 'run', 'agent', 'tool', 'llm', 'humanPrompt', 'subworkflow'] as const;

/** @throws WorkflowDefinitionError unless it is said exactly once what the node is @internal */
export function buildNode<S extends object>(
  name: string,
  options: AddNodeOptions<S> | undefined,
  graph: string,
): AbstractWorkflowNode<S> {
  const place = `node "${name}" of ${graph}`;
  refuseUnknownOptions(options, ADD_NODE, place);
  const known = options ?? {};
  const given = KINDS.filter((kind) => known[kind] != null && known[kind] !== '');
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const what = kind === undefined ? 'nothing' : given.join(' and ');
    throw new WorkflowDefinitionError(`The ${place} was given ${what}. Give exactly one of ${KINDS.join(', ')}.`);
  }
  const said = Object.fromEntries(Object.entries(known).filter(([, value]) => value != null && value !== ''));
  refuseUnknownOptions(said, OPTIONS_OF[kind], `${place}, which is one of ${kind},`);
  return nodeOf(name, kind, known) as AbstractWorkflowNode<S>;
}

function nodeOf<S extends object>(name: string, kind: (typeof KINDS)[number], given: AddNodeOptions<S>): unknown {
  const { node, run, agent, tool, llm, prompt, humanPrompt, subworkflow, ...options } = given;
  switch (kind) {
    case 'node':
      return asNode<S>(name, node);
    case 'run': {
      const { retry, timeout, compensate } = options;
      const own = {
        ...(retry && { retry }),
        ...(timeout !== undefined && { timeout }),
        ...(compensate && { compensate }),
      };
      return new FunctionNode<S>(name, run as NodeFunction<S>, own);
    }
    case 'agent':
      return new AgentNode(name, { ...options, agent });
    case 'tool':
      return new ToolNode(name, { ...options, tool: tool as ToolNodeOptions['tool'] });
    case 'llm':
      return new LLMNode(name, {
        ...options,
        llm: llm as LLMNodeOptions['llm'],
        ...(prompt !== undefined && prompt !== '' && { promptTemplate: prompt }),
      });
    case 'humanPrompt':
      return new HumanNode(name, { ...options, prompt: humanPrompt as string });
    case 'subworkflow':
      return new SubworkflowNode(name, { ...options, workflow: subworkflow as SubworkflowNodeOptions['workflow'] });
  }
}

/** A node; anything else that executes is made one. @throws WorkflowDefinitionError @internal */
export function asNode<S extends object>(name: string, node: unknown): AbstractWorkflowNode<S> {
  if (node instanceof AbstractWorkflowNode) return node as AbstractWorkflowNode<S>;
  const { execute, attempt } = (node ?? {}) as Partial<Record<'execute' | 'attempt', NodeFunction<S>>>;
  if (typeof execute !== 'function')
    throw new WorkflowDefinitionError(`The node "${name}" is none: it has no execute(). Extend AbstractWorkflowNode.`);
  // One of another copy of this package has all that a node has.
  if (typeof attempt === 'function') return node as AbstractWorkflowNode<S>;
  return new FunctionNode<S>(name, (state, step) => execute.call(node, state, step));
}
