import { knownOptions, refuseUnknownOptions } from '../options/index.js';
import type { StandardSchema } from './standard-schema.js';

const SIGNAL = knownOptions<WorkflowSignal['options']>({ schema: true });

/**
 * A signal's name with the type of its payload: share one constant between who sends and who waits.
 *
 * @example
 * export const approved = new WorkflowSignal<{ by: string }>('order.approved');
 *
 * @publicApi
 */
export class WorkflowSignal<T = unknown> {
  declare private readonly payload: T;

  /**
   * @param name Letters, digits and punctuation; names that start with `$` are the engine's.
   * @param options.schema Checks the payload where it is sent.
   * @throws WorkflowOptionsError for an option that there is not
   */
  constructor(
    readonly name: string,
    readonly options: { readonly schema?: StandardSchema<unknown, T> } = {},
  ) {
    refuseUnknownOptions(options, SIGNAL, `signal "${name}"`);
  }
}
