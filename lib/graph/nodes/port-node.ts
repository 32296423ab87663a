import type { StepContext } from '../../core/definition/index.js';
import { isThenable, oneOf } from '../../core/options/index.js';
import type { NodeType } from '../node-type.js';
import type { GraphUpdate, GraphValues } from '../workflow-state.js';
import { keyToWrite } from './state-key.js';
import { messageOf } from './prompt-template.js';
import { AbstractWorkflowNode, type NodeOptions } from './workflow-node.js';

/** @publicApi */
export interface PortNodeOptions extends NodeOptions {
  /** Where its answer is stored. @default 'output' */
  readonly outputKey?: string;
  /**
   * What becomes of a failure: a text in place of the answer, beside which the visit counts as failed and the graph goes on, or the
   * failure of the graph. @default 'store'
   */
  readonly onError?: 'store' | 'throw';
}

/** A node that calls something of the application's and stores the answer. @publicApi */
export abstract class PortNode extends AbstractWorkflowNode {
  readonly outputKey: string;
  readonly onError: 'store' | 'throw';

  constructor(
    name: string,
    nodeType: NodeType,
    private readonly title: string,
    options: PortNodeOptions,
  ) {
    super(name, nodeType, options);
    this.outputKey = keyToWrite(options.outputKey, 'output', name);
    this.onError = oneOf(options.onError, ['store', 'throw'], `onError of node "${name}"`) ?? 'store';
  }

  /** Makes the call. @internal */
  protected abstract call(state: Readonly<GraphValues>, step: StepContext): unknown;

  override async execute(state: Readonly<GraphValues>, step?: StepContext): Promise<GraphValues> {
    try {
      return (await this.attempt(state, step as StepContext)) as GraphValues;
    } catch (error) {
      const stored = this.recover(error);
      if (stored === undefined) throw error;
      return { ...stored };
    }
  }

  override attempt(state: Readonly<GraphValues>, step: StepContext): unknown {
    const answer = this.call(state, step);
    if (isThenable(answer)) return answer.then((value) => ({ [this.outputKey]: value }));
    return { [this.outputKey]: answer };
  }

  override recover(error: unknown): GraphUpdate | undefined {
    if (this.onError === 'throw') return undefined;
    return { [this.outputKey]: `${this.title} error: ${messageOf(error)}` };
  }

  override get mainKey(): string {
    return this.outputKey;
  }
}
