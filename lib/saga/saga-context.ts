import type { CompensationContext, StepContext } from '../core/definition/index.js';

/** What goes through a saga: handed to every action and every compensation. @publicApi */
export interface SagaContext<I = unknown, R extends object = Record<string, unknown>> {
  /** What the saga was started with. */
  readonly input: I;
  /** What the completed steps answered, by their names. */
  readonly results: Readonly<R>;
}

/** Does something; its answer is the step's result. @publicApi */
export type SagaAction<R, I = unknown, Done extends object = Record<string, unknown>> = (
  context: SagaContext<I, Done>,
  step: StepContext,
) => R | PromiseLike<R>;

/**
 * Undoes what an action did. Also called for an action of which nobody knows whether it happened (`step.uncertain`): then the result is
 * `undefined`. @publicApi
 */
export type SagaCompensation<R, I = unknown, Done extends object = Record<string, unknown>> = (
  result: R,
  context: SagaContext<I, Done>,
  step: CompensationContext,
) => unknown;
