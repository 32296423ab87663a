import { WORKFLOW_ERROR_CODES, errorClassOf, isWorkflowErrorCode } from '../errors/index.js';
import type { ErrorRecord } from './error-record.js';

const BUILT_IN_ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** What stored properties must not replace. */
const PROTECTED_PROPERTIES = new Set(['name', 'message', 'stack', 'cause', 'errors', 'code', 'details']);

/**
 * Turns a record back into an error. Errors of the library and the built-in ones get their class again, so that guards, codes and
 * `instanceof` hold; any other becomes an `Error` that has the name, the message, the code and the data of the original.
 *
 * @publicApi
 */
export function fromErrorRecord(record: ErrorRecord): Error {
  const error = bareError(record);
  define(error, 'stack', record.stack ?? `${record.name}: ${record.message}`, false);
  if (record.cause !== undefined) define(error, 'cause', fromErrorRecord(record.cause), false);
  if (record.errors !== undefined) define(error, 'errors', record.errors.map(fromErrorRecord), false);
  if (record.code !== undefined) define(error, 'code', record.code, true);
  if (record.details !== undefined) define(error, 'details', record.details, true);
  for (const [key, value] of Object.entries(record.data ?? {})) {
    if (!PROTECTED_PROPERTIES.has(key)) define(error, key, value, true);
  }
  return error;
}

function bareError(record: ErrorRecord): Error {
  const { name, message, code } = record;
  if (record.own && isWorkflowErrorCode(code)) {
    // Not through the constructor: each class has its own, and the message is written already.
    const error = Object.setPrototypeOf(new Error(message), errorClassOf(code).prototype as object) as Error;
    define(error, 'httpStatus', WORKFLOW_ERROR_CODES[code].httpStatus, true);
    if (error.name !== name) define(error, 'name', name, false);
    return error;
  }
  if (Object.hasOwn(BUILT_IN_ERRORS, name)) return new (BUILT_IN_ERRORS[name] as ErrorConstructor)(message);
  const error = new Error(message);
  if (name !== 'Error') define(error, 'name', name, false);
  return error;
}

/** Never by assignment: a stored key may be `__proto__`, or meet a getter. */
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
