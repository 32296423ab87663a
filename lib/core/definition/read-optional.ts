/**
 * Reads optional arguments that may stand in the documented order, in one object of options at the end, or both.
 *
 * @param keys What the positions mean.
 * @internal
 */
export function readOptional<T extends object>(keys: readonly (keyof T & string)[], given: readonly unknown[]): T {
  const read: Record<string, unknown> = {};
  for (const [index, value] of given.entries()) {
    if (isOptions(value)) Object.assign(read, value);
    else if (value != null) read[keys[index] ?? ''] = value;
  }
  return read as T;
}

/** What tells an argument that works from an object of options, also where it is written as a literal: a policy, a store. */
const WORKING_METHODS = ['execute', 'get', 'load', 'save'];

/** A plain object that is not itself something that works. */
function isOptions(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !WORKING_METHODS.some((method) => method in value);
}
