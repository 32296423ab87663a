import type { ValueValidator } from '../core/definition/index.js';
import { PipelineContext, type PipelineSnapshot } from './pipeline-context.js';

/** What is stored in place of an input that has to say more than itself. */
interface StoredInput {
  readonly $context: PipelineSnapshot;
  readonly failFast?: false;
}

/** How a run is started that has more than an input. What comes from outside is none, whatever it looks like. */
class PipelineStart {
  constructor(
    readonly context: PipelineContext,
    readonly failFast: boolean,
  ) {}
}

/** What a run is started with; nothing is put around an input that says nothing but itself. @internal */
export function startWith(input: unknown, failFast: boolean): unknown {
  const isContext = input instanceof PipelineContext;
  if (!isContext && failFast) return input;
  return new PipelineStart(isContext ? (input as PipelineContext) : new PipelineContext({ input }), failFast);
}

const NOTHING = new PipelineContext().toJSON();

/** Makes of that, or of an input from outside, what is stored as the input of a run. @internal */
export function storingValidator(validate: ValueValidator = (given) => given): ValueValidator {
  return (given, place) => {
    const start = given instanceof PipelineContext ? new PipelineStart(given as PipelineContext, true) : given;
    const isStart = start instanceof PipelineStart;
    const { input, ...others } = isStart ? start.context.toJSON() : { ...NOTHING, input: given };
    const store = (valid: unknown): unknown => {
      if (!isStart && !isStored(valid)) return valid;
      const $context = { ...others, ...(valid !== undefined && { input: valid }) };
      return { $context, ...(isStart && !start.failFast && { failFast: false }) };
    };
    const valid = validate(input, place);
    return valid instanceof Promise ? valid.then(store) : store(valid);
  };
}

/** What a durable run is begun with. @internal */
export function readInput(input: unknown): { readonly context: PipelineContext; readonly failFast: boolean } {
  if (!isStored(input)) return { context: new PipelineContext({ input }), failFast: true };
  return { context: PipelineContext.from(input.$context), failFast: input.failFast !== false };
}

/** Checks the input that a context holds. @internal */
export function contextValidator(validate: ValueValidator): ValueValidator {
  return async (given, place) => {
    const context = given as PipelineContext;
    context.replaceInput(await validate(context.input, place));
    return context;
  };
}

function isStored(input: unknown): input is StoredInput {
  if (typeof input !== 'object' || input === null) return false;
  const snapshot = (input as Partial<StoredInput>).$context as Partial<PipelineSnapshot> | null | undefined;
  return typeof snapshot?.steps === 'object' && typeof snapshot.results === 'object';
}
