import type { RetryOptions } from '../core/policies/index.js';
import type { Duration } from '../core/time/index.js';
import { MethodMetadata } from './method-metadata.accessor.js';

/** @publicApi */
export interface StepMethodOptions {
  /** @default the method's name */
  readonly name?: string;
  /** Names of steps that end before this one begins. */
  readonly dependencies?: readonly string[];
  /** Limit of one attempt: a duration, milliseconds where it is a number. @default none */
  readonly timeout?: Duration;
  /** Total attempts, or a policy. @default the model's */
  readonly retry?: RetryOptions;
}

/** A method that carries `@Step`. @internal */
export interface StepMethod {
  readonly method: string;
  readonly options: StepMethodOptions;
}

const STEP_METADATA = new MethodMetadata<StepMethodOptions>('workflow:steps');

/**
 * Makes a method of a workflow class a step. Steps are known by the names of their methods.
 *
 * @publicApi
 */
export function Step(options: StepMethodOptions = {}) {
  return (prototype: object, method: string): void => {
    STEP_METADATA.record(prototype, method, options);
  };
}

/** The methods of a class that carry `@Step`: those of its bases first, each in the order of declaration. @internal */
export function stepMethodsOf(target: { readonly prototype: object }): StepMethod[] {
  return STEP_METADATA.of(target).map(({ method, value }) => ({ method, options: value }));
}
