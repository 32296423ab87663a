import type { StandardSchema } from '../core/definition/index.js';
import { isWorkflowInputError } from '../core/errors/index.js';
import { lazyInputValidator, type WorkflowInputClass } from './input-validator.js';

/**
 * A class with class-validator decorators as a Standard Schema: for the answers of tasks, and wherever else one is taken. What the class
 * does not declare is removed; what comes out is plain.
 *
 * @throws WorkflowDefinitionError at the first check, when class-validator or class-transformer is not installed
 * @publicApi
 */
export function dtoSchema<C extends WorkflowInputClass>(target: C): StandardSchema<unknown, InstanceType<C>> {
  const check = lazyInputValidator(target, `schema of ${target.name}`);
  const validate = async (value: unknown): Promise<Awaited<ReturnType<StandardSchema['~standard']['validate']>>> => {
    try {
      return { value: await check(value, target.name) };
    } catch (error) {
      if (!isWorkflowInputError(error)) throw error;
      return {
        issues: error.issues.map(({ path, message }) => ({ message, path: path === '' ? [] : path.split('.') })),
      };
    }
  };
  return { '~standard': { version: 1, vendor: 'nestjs-workflow', validate: validate as never } };
}
