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

/** A plain object that is not itself something that works, such as a resilience policy written as a literal. */
function isOptions(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !('execute' in value) && !('get' in value);
}
