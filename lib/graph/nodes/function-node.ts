import type { StepContext } from '../../core/definition/index.js';
import { knownOptions, refuseUnknownOptions, requireCallback } from '../../core/options/index.js';
import type { GraphValues } from '../workflow-state.js';
import { NodeType } from '../node-type.js';
import { AbstractWorkflowNode, type NodeOptions } from './workflow-node.js';

/** What a node does, as a function. @publicApi */
export type NodeFunction<S extends object = GraphValues> = (
  state: Readonly<S>,
  step: StepContext,
) => Partial<S> | PromiseLike<Partial<S>>;

const NODE = knownOptions<NodeOptions>({ retry: true, timeout: true, compensate: true });

/** A node that is a function. @publicApi */
export class FunctionNode<S extends object = GraphValues> extends AbstractWorkflowNode<S> {
  constructor(
    name: string,
    readonly func: NodeFunction<S>,
    options?: NodeOptions,
  ) {
    super(name, NodeType.CUSTOM, options);
    refuseUnknownOptions(options, NODE, `node "${name}"`);
    requireCallback(func, `func of node "${name}"`, '(state, step) => update');
  }

  override execute(state: Readonly<S>, step: StepContext): Partial<S> | PromiseLike<Partial<S>> {
    return this.func(state, step);
  }
}
