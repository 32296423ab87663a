import type { CompensationContext, StepContext } from '../../core/definition/index.js';
import { callback } from '../../core/options/index.js';
import { resolveRetry, type RetryOptions } from '../../core/policies/index.js';
import type { Journaled } from '../../core/serialization/index.js';
import { GraphValidationError } from '../errors/graph-validation.error.js';
import { NodeType } from '../node-type.js';
import type { GraphUpdate, GraphValues } from '../workflow-state.js';

/** How a node is tried. @publicApi */
export interface NodeOptions {
  /** Total attempts, or a policy. @default one attempt */
  readonly retry?: RetryOptions;
  /** Limit of one attempt: seconds, or a text such as `'30s'`; 0 for none. @default the graph's `nodeTimeout` */
  readonly timeout?: number | string;
  /** Undoes the completed visit when the run fails or is cancelled later. */
  readonly compensate?: (update: Journaled<GraphUpdate>, context: CompensationContext) => unknown;
}

/**
 * A node of a graph. Extend it for nodes that are classes of their own.
 *
 * @publicApi
 */
export abstract class AbstractWorkflowNode<S extends object = GraphValues> {
  readonly retry: RetryOptions | undefined;
  readonly timeout: number | string | undefined;
  readonly compensate: NodeOptions['compensate'];

  constructor(
    readonly name: string,
    readonly nodeType: NodeType = NodeType.CUSTOM,
    options: NodeOptions = {},
  ) {
    if (typeof name !== 'string' || name === '')
      throw new GraphValidationError('A node of a graph has no name. Give each node a name that is not empty.');
    resolveRetry(options.retry, undefined, `node "${name}"`);
    this.retry = options.retry;
    this.timeout = options.timeout;
    this.compensate = callback(options.compensate, `compensate of node "${name}"`, '(update, context) => …');
  }

  /**
   * Does the work and answers what it adds to the state: an empty object when that is nothing.
   *
   * @param state To be read only: what is written into it is lost.
   */
  abstract execute(state: Readonly<S>, step: StepContext): Partial<S> | PromiseLike<Partial<S>>;

  /** The same for the engine, which tries again what throws. @internal */
  attempt(state: Readonly<S>, step: StepContext): unknown {
    return this.execute(state, step);
  }

  /** What is added in place of a visit that failed for good; nothing where the failure is the graph's. @internal */
  recover(_error: unknown): GraphUpdate | undefined {
    return undefined;
  }

  /** The key of its main output. @internal */
  get mainKey(): string | undefined {
    return undefined;
  }
}
