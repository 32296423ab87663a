import type { WorkflowReference } from '../core/definition/index.js';
import type { InputOfMethods } from '../discovery/index.js';
import type { AbstractSaga } from './abstract-saga.js';
import type { SagaContext } from './saga-context.js';
import type { Saga } from './saga.definition.js';

/** A saga, its decorated class, or its registered name. @publicApi */
export type SagaReference = WorkflowReference;

/** What the steps of a saga answer, by their names. @publicApi */
export type SagaResultsOf<W> = W extends Saga<never, infer R> ? R : Record<string, unknown>;

/** What a saga takes: of a decorated class, what its public steps say that they find in their `SagaContext`. @publicApi */
export type SagaInputOf<W> =
  W extends Saga<infer I>
    ? I
    : W extends abstract new (...args: never[]) => infer T
      ? T extends AbstractSaga<infer I>
        ? I
        : InputOfMethods<T, SagaContext>
      : unknown;

/** What follows the saga in a call: its input (only where it takes one) and options. @publicApi */
export type SagaArguments<W, Options> =
  undefined extends SagaInputOf<W>
    ? readonly [input?: SagaInputOf<W>, options?: Options]
    : readonly [input: SagaInputOf<W>, options?: Options];
