import type { RetryOptions } from '../core/policies/index.js';
import type { Duration } from '../core/time/index.js';
import { MethodMetadata } from './method-metadata.accessor.js';

/** @publicApi */
export interface NodeMethodOptions {
  /** @default the method's name */
  readonly name?: string;
  /** Where it leads, always. Edges with conditions are added by the `edges` of the class. */
  readonly to?: string | readonly string[];
  /** Whether the graph ends here. @default where a node leads nowhere */
  readonly terminal?: boolean;
  /** Limit of one attempt: a duration, milliseconds where it is a number. @default the graph's */
  readonly timeout?: Duration;
  /** Total attempts, or a policy. @default one attempt */
  readonly retry?: RetryOptions;
}

/** A method that carries `@Node`. @internal */
export interface NodeMethod {
  readonly method: string;
  readonly options: NodeMethodOptions;
}

const NODE_METADATA = new MethodMetadata<NodeMethodOptions>('workflow:nodes');

/** Makes a method of a graph class a node: it is given the state, and answers what it adds. @publicApi */
export function Node(options: NodeMethodOptions = {}) {
  return (prototype: object, method: string): void => {
    NODE_METADATA.record(prototype, method, options);
  };
}

/** The methods of a class that carry `@Node`: those of its bases first, each in the order of declaration. @internal */
export function nodeMethodsOf(target: { readonly prototype: object }): NodeMethod[] {
  return NODE_METADATA.of(target).map(({ method, value }) => ({ method, options: value }));
}
