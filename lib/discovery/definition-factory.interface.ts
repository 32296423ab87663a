import type { WorkflowDefinition } from '../core/definition/index.js';
import type { ClassMetadata } from './class-metadata.accessor.js';

/** A decorated class with the instance that Nest made of it. @internal */
export interface DecoratedProvider<M> {
  readonly target: ProviderTarget;
  readonly instance: object;
  readonly metadata: M;
  /** For messages: `class OrderWorkflow`. */
  readonly place: string;
}

/** The constructor of a provider. @internal */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors are contravariant: nothing narrower accepts every class
export type ProviderTarget = abstract new (...args: any[]) => object;

/**
 * Turns what one class decorator recorded into a definition. Every model brings one; the module lists them.
 *
 * @internal
 */
export interface DefinitionFactory<M = unknown> {
  /** For messages: `@Workflow`. */
  readonly decorator: string;
  readonly metadata: ClassMetadata<M>;
  /** @throws WorkflowDefinitionError, WorkflowOptionsError that name the class, the method and the mend. */
  create(provider: DecoratedProvider<M>): WorkflowDefinition | Promise<WorkflowDefinition>;
}
