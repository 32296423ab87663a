import { WorkflowPayloadError, isWorkflowError } from '../errors/index.js';
import { plainCopy } from './plain-copy.js';

/** Deeper values are left to the careful way, which also finds cycles. */
const FAST_DEPTH = 64;

/**
 * Writes a value as JSON, or refuses it when JSON would silently change or lose a part of it.
 *
 * Refused are `NaN` and infinities, bigints, symbols, functions, `undefined` inside an array, holes, Map, Set, Error, RegExp, Promise,
 * binary data and other objects whose content is not in their properties, invalid dates, cyclic values, lone surrogates and U+0000.
 * Kept as JSON keeps them: `toJSON()` is used where it exists (so a `Date` becomes text), properties that are `undefined` are left out,
 * a class instance becomes its data, and -0 becomes 0. The type `Journaled<T>` says the same.
 *
 * @param place What the value is, for the message: `result`, `input`.
 * @throws {@link WorkflowPayloadError} when the value is refused; it names the path, such as `result.items[3].price`. Also for
 *   `undefined` itself, which is stored as the absence of a payload.
 *
 * @publicApi
 */
export function toJson(value: unknown, place = 'value'): string {
  try {
    if (isPlain(value, 0)) {
      const text = JSON.stringify(value);
      // JSON escapes U+0000 and lone surrogates with \u, so nearly every text can be passed without looking at its strings.
      if (!text.includes('\\u')) return text;
    }
    return JSON.stringify(plainCopy(value, place));
  } catch (error) {
    if (isWorkflowError(error)) throw error;
    throw new WorkflowPayloadError({
      path: place,
      reason: `reading it failed (${error instanceof Error ? error.message : 'a getter or toJSON() threw'}).`,
      cause: error,
    });
  }
}

/**
 * Reads what {@link toJson} wrote. A key named `__proto__` is a key like any other.
 *
 * @throws {@link WorkflowPayloadError} when the text is not JSON.
 * @publicApi
 */
export function fromJson(text: string, place = 'stored payload'): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WorkflowPayloadError({
      path: place,
      reason: 'its stored text is not JSON. Configure the codec or serializer that it was written with.',
      cause: error,
      operation: 'read',
    });
  }
}

/**
 * Whether JSON brings a value back as it is: a `Date`, an instance of a class, a property that is `undefined` and -0 it does not.
 *
 * @internal
 */
export function isSameAsJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || (depth < FAST_DEPTH && isDataAlone(value, depth + 1));
    default:
      return false;
  }
}

function isDataAlone(value: object, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return (value as unknown[]).every((item) => isSameAsJson(item, depth));
  if (prototype !== Object.prototype) return false;
  for (const key in value) {
    if (!isSameAsJson((value as Record<string, unknown>)[key], depth)) return false;
  }
  return true;
}

/** Whether JSON.stringify gives the value back as it is, strings aside. Cheap; what it cannot tell, it denies. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || (depth < FAST_DEPTH && isPlainObject(value, depth + 1));
    default:
      return false;
  }
}

function isPlainObject(value: object, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Date.prototype) return isPlainDate(value as Date);
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false;
  if (prototype === Array.prototype)
    return (value as unknown[]).length === 0 || isPlainArray(value as unknown[], depth);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined && !isPlain(item, depth)) return false;
  }
  return true;
}

function isPlainArray(items: readonly unknown[], depth: number): boolean {
  // By index: a hole reads as undefined, which is denied.
  for (let index = 0; index < items.length; index++) {
    if (!isPlain(items[index], depth)) return false;
  }
  return true;
}

function isPlainDate(date: Date): boolean {
  return date.toJSON === Date.prototype.toJSON && !Number.isNaN(date.getTime());
}
