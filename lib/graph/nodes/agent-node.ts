import { readOptional, type StepContext } from '../../core/definition/index.js';
import { NodeType } from '../node-type.js';
import type { GraphValues } from '../workflow-state.js';
import { PortNode, type PortNodeOptions } from './port-node.js';
import { keyToRead } from './state-key.js';
import { portCaller, type AgentExecutorPort, type AgentPort, type PortCall } from './ports.js';

/** @publicApi */
export interface AgentNodeOptions extends PortNodeOptions {
  readonly agent: unknown;
  /** Runs the agent. @default the agent runs itself */
  readonly executor?: AgentExecutorPort | null;
  /** The key of the state that the agent is given. @default 'input' */
  readonly inputKey?: string;
}

/** A node that asks an agent. @publicApi */
export class AgentNode extends PortNode {
  readonly agent: unknown;
  readonly executor: AgentExecutorPort | undefined;
  readonly inputKey: string;
  private readonly caller: PortCall;

  constructor(
    name: string,
    ...given: [options: AgentNodeOptions] | [agent: AgentPort, options?: Partial<AgentNodeOptions>]
  ) {
    const options = agentOptions(given);
    super(name, NodeType.AGENT, 'Agent', options);
    this.agent = options.agent;
    this.executor = options.executor ?? undefined;
    this.inputKey = keyToRead(options.inputKey, 'input', `inputKey of node "${name}"`);
    const { executor } = this;
    this.caller =
      executor === undefined
        ? portCaller(this.agent, ['run', 'invoke', 'execute'], `agent of node "${name}"`)
        : portCaller((...args: [unknown, StepContext]) => executor.execute(this.agent as never, ...args), [], '');
  }

  protected override call(state: Readonly<GraphValues>, step: StepContext): unknown {
    return this.caller(state[this.inputKey], step);
  }
}

function agentOptions(given: readonly unknown[]): AgentNodeOptions {
  const [first, second] = given;
  if (typeof first === 'object' && first !== null && 'agent' in first) return first;
  return { ...readOptional<Partial<AgentNodeOptions>>([], [second]), agent: first };
}
