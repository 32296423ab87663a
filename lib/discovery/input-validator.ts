import { schemaValidator, type StandardSchema, type ValueValidator } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowInputError } from '../core/errors/index.js';
import { classFindings } from './class-findings.js';

/** A class whose properties carry class-validator decorators. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors are contravariant: nothing narrower accepts every class
export type WorkflowInputClass = new (...args: any[]) => object;

/**
 * The validator for a workflow's `input` option.
 *
 * @param place For messages: `class OrderWorkflow`.
 * @throws WorkflowDefinitionError when the option is neither a schema nor a class, or class-validator is not installed.
 *
 * @internal
 */
export async function inputValidator(
  input: WorkflowInputClass | StandardSchema,
  place: string,
): Promise<ValueValidator> {
  // Before the test for a class, because some libraries make their schemas functions.
  if (isStandardSchema(input)) return schemaValidator(input);
  if (isClass(input)) return classValidator(input, place);
  throw neither(place);
}

/**
 * The same for definitions that are objects, which are made at once: what validates a class is loaded when the first input comes.
 *
 * @throws WorkflowDefinitionError when the option is neither a schema nor a class.
 *
 * @internal
 */
export function lazyInputValidator(input: WorkflowInputClass | StandardSchema, place: string): ValueValidator {
  if (isStandardSchema(input)) return schemaValidator(input);
  if (!isClass(input)) throw neither(place);
  let loading: Promise<ValueValidator> | undefined;
  return async (value, valuePlace) => {
    const validate = await (loading ??= classValidator(input, place));
    return validate(value, valuePlace);
  };
}

function neither(place: string): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `The option "input" of ${place} is neither a class nor a Standard Schema. Give a class with class-validator decorators, or a schema of a library such as Zod.`,
  );
}

function isClass(value: unknown): value is WorkflowInputClass {
  return typeof value === 'function' && value.prototype !== undefined;
}

function isStandardSchema(value: unknown): value is StandardSchema {
  return typeof (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard']?.validate === 'function';
}

async function classValidator(target: WorkflowInputClass, place: string): Promise<ValueValidator> {
  const needs = `The option "input" of ${place} is the class ${target.name}`;
  await load(() => import('class-validator'), 'class-validator', needs);
  const { plainToInstance, instanceToPlain } = await load(
    () => import('class-transformer'),
    'class-transformer',
    needs,
  );
  return async (value, valuePlace) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new WorkflowInputError({ place: valuePlace, issues: [{ path: '', message: 'must be an object' }] });
    }
    const instance = plainToInstance(target, value);
    const issues = await classFindings(instance, { whitelist: true, forbidUnknownValues: true });
    if (issues.length > 0) throw new WorkflowInputError({ place: valuePlace, issues });
    return instanceToPlain(instance);
  };
}

async function load<T>(importer: () => Promise<T>, name: string, needs: string): Promise<T> {
  try {
    return await importer();
  } catch (cause) {
    throw new WorkflowDefinitionError(
      `${needs}, which is validated with the package "${name}", and that could not be loaded. ` +
        'Install class-validator and class-transformer, or give a Standard Schema instead.',
      { cause },
    );
  }
}
