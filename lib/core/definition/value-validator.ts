import { WorkflowInputError } from '../errors/index.js';
import type { StandardSchema } from './standard-schema.js';

/**
 * Checks (and may transform) a value that enters from outside: a workflow's input, a signal's payload.
 * Throws {@link WorkflowInputError} naming the place and every issue.
 *
 * @internal
 */
export type ValueValidator = (value: unknown, place: string) => unknown;

/** A validator from a Standard Schema; may answer with a promise. @internal */
export function schemaValidator(schema: StandardSchema): ValueValidator {
  return (value, place) => {
    const result = schema['~standard'].validate(value);
    return result instanceof Promise ? result.then((settled) => accept(settled, place)) : accept(result, place);
  };
}

function accept(result: Awaited<ReturnType<StandardSchema['~standard']['validate']>>, place: string): unknown {
  if (result.issues === undefined) return result.value;
  throw new WorkflowInputError({
    place,
    issues: result.issues.map((issue) => ({
      path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
      message: issue.message,
    })),
  });
}
