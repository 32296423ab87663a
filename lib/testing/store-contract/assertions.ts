import assert from 'node:assert/strict';

/** The only item of a list. @internal */
export function one<T>(items: readonly T[]): T {
  assert.equal(items.length, 1);
  return items[0] as T;
}

/** A value without the keys that are `undefined`, so that absent and `undefined` compare as the same. @internal */
export function compact(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Fails unless the error has the code. @internal */
export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => (error as { code?: unknown }).code === code;
}
