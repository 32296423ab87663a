import { MethodMetadata } from './method-metadata.accessor.js';

/** @publicApi */
export interface CompensateMethodOptions {
  /** Whether the undo may be tried again when it throws, or when nobody knows whether it has run. @default true */
  readonly idempotent?: boolean;
}

/** A method that carries `@Compensate`. @internal */
export interface CompensateMethod {
  readonly method: string;
  /** The name of the step that it undoes. */
  readonly step: string;
  readonly options: CompensateMethodOptions;
}

const COMPENSATE_METADATA = new MethodMetadata<Omit<CompensateMethod, 'method'>>('workflow:compensations');

/**
 * Makes a method of a workflow class the undo of one of its steps.
 *
 * @param step The step's name: that of its method, unless `@Step` gives another one.
 *
 * @publicApi
 */
export function Compensate(step: string, options: CompensateMethodOptions = {}) {
  return (prototype: object, method: string): void => {
    COMPENSATE_METADATA.record(prototype, method, { step, options });
  };
}

/** The methods of a class that carry `@Compensate`. @internal */
export function compensateMethodsOf(target: { readonly prototype: object }): CompensateMethod[] {
  return COMPENSATE_METADATA.of(target).map(({ method, value }) => ({ method, ...value }));
}
