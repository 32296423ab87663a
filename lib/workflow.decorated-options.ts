import { WorkflowOptionsError } from './core/errors/index.js';
import { classFindings } from './discovery/index.js';
import type { WorkflowModuleOptions } from './workflow-module-options.interface.js';

/** The options that may be objects of classes of their own. */
const SECTIONS = 'typeorm worker retry retry.backoff payload journal events purge bulk graph'.split(' ');

/**
 * Lets class-validator check what is an object of a class, such as a settings class made by `plainToInstance`, or a subclass of
 * `BulkOperationConfig`. It is loaded for nothing else, and where it is not installed no class has decorators.
 *
 * @throws WorkflowOptionsError naming the first option that a decorator refuses.
 * @internal
 */
export async function refuseByDecorators(options: WorkflowModuleOptions): Promise<void> {
  if (isOfClass(options)) await refuse(options, '');
  for (const section of SECTIONS) {
    const given = valueAt(options, section);
    if (isOfClass(given)) await refuse(given, section);
  }
}

async function refuse(given: object, section: string): Promise<void> {
  const [issue] = await classFindings(given).catch(nothingWhereNotInstalled);
  if (issue === undefined) return;
  const { path, message } = issue;
  throw new WorkflowOptionsError({
    option: section === '' ? path : `${section}.${path}`,
    value: valueAt(given, path),
    expected: `as the class ${given.constructor.name} says: ${message}`,
  });
}

function nothingWhereNotInstalled(error: unknown): [] {
  if (String((error as { code?: unknown } | null)?.code).endsWith('MODULE_NOT_FOUND')) return [];
  throw error;
}

function isOfClass(given: unknown): given is object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype !== Object.prototype && prototype !== null;
}

function valueAt(given: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], given);
}
