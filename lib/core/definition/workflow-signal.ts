import { describeValue, WorkflowDefinitionError } from '../errors/index.js';
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
   * @throws WorkflowDefinitionError for no name; WorkflowOptionsError for an option that there is not
   */
  constructor(
    readonly name: string,
    readonly options: { readonly schema?: StandardSchema<unknown, T> } = {},
  ) {
    if (typeof name !== 'string' || name === '')
      throw new WorkflowDefinitionError(
        `A WorkflowSignal has ${describeValue(name)} for its name. Give it a text that is not empty.`,
      );
    refuseUnknownOptions(options, SIGNAL, `signal "${name}"`);
  }
}

/**
 * The name of a signal, given as one or as a constant: what files that import each other see of it while they load is `undefined`.
 *
 * @param place What was given it: `waitForSignal "a"`.
 * @throws WorkflowDefinitionError when it is neither
 * @internal
 */
export function signalNameOf(signal: string | WorkflowSignal, place: string): string {
  const name: unknown = typeof signal === 'string' ? signal : (signal as WorkflowSignal | null | undefined)?.name;
  if (typeof name === 'string') return name;
  throw new WorkflowDefinitionError(
    `The signal of ${place} is ${describeValue(signal)}. Give its name, or a WorkflowSignal; if that is imported, look for a circular import between the two files.`,
  );
}
