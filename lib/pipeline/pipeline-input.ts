import type { ValueValidator } from '../core/definition/index.js';
import { PipelineContext, type PipelineSnapshot } from './pipeline-context.js';

/** What is stored in place of an input that has to say more than itself. */
interface StoredInput {
  readonly $context: PipelineSnapshot;
  readonly failFast?: false;
}

/** What is stored as the input of a run; nothing is put around an input that says nothing but itself. @internal */
export function storedInput(input: unknown, failFast: boolean): unknown {
  const isContext = input instanceof PipelineContext;
  if (!isContext && failFast && !isStored(input)) return input;
  const context = isContext ? input : new PipelineContext({ input });
  return { $context: context.toJSON(), ...(!failFast && { failFast }) };
}

/** What a durable run is begun with. @internal */
export function readInput(input: unknown): { readonly context: PipelineContext; readonly failFast: boolean } {
  if (!isStored(input)) return { context: new PipelineContext({ input }), failFast: true };
  return { context: PipelineContext.from(input.$context), failFast: input.failFast !== false };
}

/** Checks the input that a context holds, a stored one too. @internal */
export function contextValidator(validate: ValueValidator): ValueValidator {
  return async (given, place) => {
    if (given instanceof PipelineContext) {
      given.replaceInput(await validate(given.input, place));
      return given;
    }
    if (!isStored(given)) return validate(given, place);
    const { input, ...snapshot } = given.$context;
    const valid = await validate(input, place);
    return { ...given, $context: { ...snapshot, ...(valid !== undefined && { input: valid }) } };
  };
}

function isStored(input: unknown): input is StoredInput {
  if (typeof input !== 'object' || input === null) return false;
  const snapshot = (input as Partial<StoredInput>).$context as Partial<PipelineSnapshot> | null | undefined;
  return typeof snapshot?.steps === 'object' && typeof snapshot.results === 'object';
}
