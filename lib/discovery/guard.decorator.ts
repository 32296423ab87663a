import { MethodMetadata } from './method-metadata.accessor.js';

/** A method that carries `@Guard`. @internal */
export interface GuardMethod {
  readonly method: string;
  /** What the machine calls it. */
  readonly name: string;
}

const GUARD_METADATA = new MethodMetadata<string | undefined>('workflow:guards');

/**
 * Makes a method of a state machine's class one of its guards: it gets `{ context, event }` and the guard's parameters, answers at once
 * whether the transition may happen, and changes nothing.
 *
 * @param name What the machine calls it. @default the method's name
 *
 * @publicApi
 */
export function Guard(name?: string) {
  return (prototype: object, method: string): void => {
    GUARD_METADATA.record(prototype, method, name);
  };
}

/** The methods of a class that carry `@Guard`. @internal */
export function guardMethodsOf(target: { readonly prototype: object }): GuardMethod[] {
  return GUARD_METADATA.of(target).map(({ method, value }) => ({ method, name: value ?? method }));
}
