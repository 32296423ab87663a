import { NodeType } from '../node-type.js';
import type { GraphValues } from '../workflow-state.js';
import type { StateCondition } from '../workflow-edge.js';
import { AbstractWorkflowNode } from './workflow-node.js';

/** Where a gate leads, and when. @publicApi */
export type GateRoutes<S extends object = GraphValues> = Readonly<Record<string, StateCondition<S>>>;

/** @publicApi */
export interface GateNodeOptions<S extends object = GraphValues> {
  readonly routes?: GateRoutes<S> | null;
}

/** A node that only routes: `addGate` makes an edge of each of its routes. @publicApi */
export class GateNode<S extends object = GraphValues> extends AbstractWorkflowNode<S> {
  readonly routes: GateRoutes<S>;

  constructor(name: string, options: GateNodeOptions<S> = {}) {
    super(name, NodeType.GATE);
    this.routes = Object.freeze({ ...options.routes });
  }

  override execute(_state?: Readonly<S>): Partial<S> {
    return {};
  }
}
