import type { StepContext } from '../../core/definition/index.js';
import { NodeType } from '../node-type.js';
import type { GraphValues } from '../workflow-state.js';
import { PortNode, type PortNodeOptions } from './port-node.js';
import { keysToRead, keyToRead } from './state-key.js';
import { portCaller, type ToolPort, type PortCall } from './ports.js';

/** @publicApi */
export interface ToolNodeOptions extends PortNodeOptions {
  readonly tool: ToolPort;
  /** The key of the state that the tool gets as `input`. @default 'input' */
  readonly inputKey?: string;
  /** Further keys of the state that it gets, where they are there. */
  readonly extraKeys?: readonly string[];
}

/** A node that uses a tool. @publicApi */
export class ToolNode extends PortNode {
  readonly tool: ToolPort;
  readonly inputKey: string;
  readonly extraKeys: readonly string[];
  private readonly caller: PortCall;

  constructor(name: string, options: ToolNodeOptions) {
    super(name, NodeType.TOOL, 'Tool', options);
    this.tool = options.tool;
    this.inputKey = keyToRead(options.inputKey, 'input', `inputKey of node "${name}"`);
    this.extraKeys = keysToRead(options.extraKeys, `extraKeys of node "${name}"`);
    this.caller = portCaller(this.tool, ['execute', 'run', 'invoke'], `tool of node "${name}"`);
  }

  protected override call(state: Readonly<GraphValues>, step: StepContext): unknown {
    const args: Record<string, unknown> = { input: state[this.inputKey] };
    for (const key of this.extraKeys) if (Object.hasOwn(state, key)) args[key] = state[key];
    return this.caller(args, step);
  }
}
