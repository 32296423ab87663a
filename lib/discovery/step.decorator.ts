import type { RetryOptions } from '../core/policies/index.js';
import type { Duration } from '../core/time/index.js';
import { ClassMetadata } from './class-metadata.accessor.js';

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

const STEP_METADATA = new ClassMetadata<readonly StepMethod[]>('workflow:steps');

/**
 * Makes a method of a workflow class a step. Steps are known by the names of their methods.
 *
 * @publicApi
 */
export function Step(options: StepMethodOptions = {}) {
  return (prototype: object, method: string): void => {
    const earlier = STEP_METADATA.of(prototype) ?? [];
    STEP_METADATA.record(prototype, [...earlier, { method, options }]);
  };
}

/** The methods of a class that carry `@Step`: those of its bases first, each in the order of declaration. @internal */
export function stepMethodsOf(target: { readonly prototype: object }): StepMethod[] {
  const found: StepMethod[] = [];
  for (let at: object | null = target.prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const seen = new Set(found.map(({ method }) => method));
    found.unshift(...(STEP_METADATA.of(at) ?? []).filter(({ method }) => !seen.has(method)));
  }
  return found;
}
