import { WorkflowOptionsError } from '../errors/index.js';
import { isStorableText } from '../serialization/index.js';
import { parseDuration, type Duration } from '../time/index.js';

/** Reads a duration, refusing one below a minimum. @internal */
export function duration(value: Duration | undefined, fallback: Duration, option: string, minMs = 0): number {
  const milliseconds = parseDuration(value ?? fallback, option);
  if (milliseconds >= minMs) return milliseconds;
  throw new WorkflowOptionsError({ option, value, expected: `at least ${minMs} ms` });
}

/** What a number has to be, where it is no whole number between two bounds, both included. @internal */
export function wholeNumberFault(number: unknown, min: number, max: number): string | undefined {
  if (Number.isInteger(number) && (number as number) >= min && (number as number) <= max) return undefined;
  return `a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}`;
}

/** Reads a whole number between two bounds, both included. @internal */
export function wholeNumber(
  value: number | undefined,
  fallback: number,
  option: string,
  min = 1,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const number = value ?? fallback;
  const expected = wholeNumberFault(number, min, max);
  if (expected === undefined) return number;
  throw new WorkflowOptionsError({ option, value, expected });
}

/** Reads a whole number from 1, or `Infinity` for no limit. @internal */
export function limit(value: number | undefined, fallback: number, option: string): number {
  const number = value ?? fallback;
  const expected = wholeNumberFault(number, 1, Number.MAX_SAFE_INTEGER);
  if (expected === undefined || number === Infinity) return number;
  throw new WorkflowOptionsError({ option, value, expected: `${expected}, or Infinity` });
}

/** @internal */
export function flag(value: boolean | undefined, fallback: boolean, option: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? fallback;
  throw new WorkflowOptionsError({ option, value, expected: 'true or false' });
}

/** @internal */
export function text(value: string | undefined, option: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.trim() !== '' && isStorableText(value)) return value;
  const expected = 'a text that is not empty, without U+0000 and lone surrogates';
  throw new WorkflowOptionsError({ option, value, expected });
}

/** Reads a function. @param signature What it is given and answers, for the message. @internal */
export function callback<F>(value: F | undefined, option: string, signature: string): F | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw new WorkflowOptionsError({ option, value, expected: `a function ${signature}` });
}

/** Reads a function that must be given. @param signature What it is given and answers, for the message. @internal */
export function requireCallback<F>(value: F, option: string, signature: string): F {
  if (typeof value === 'function') return value;
  throw new WorkflowOptionsError({ option, value, expected: `a function ${signature}` });
}

/** Reads something that works: an object with these methods, and nothing where there is none. @param expected What it must have, for the message. @internal */
export function requireMethods<O extends object | null | undefined>(
  value: O,
  methods: readonly string[],
  option: string,
  expected: string,
): O {
  if (value == null || methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function'))
    return value;
  throw new WorkflowOptionsError({ option, value, expected: `an object with ${expected}` });
}

/** Reads one of several words. @internal */
export function oneOf<W extends string>(value: W | undefined, words: readonly W[], option: string): W | undefined {
  if (value === undefined || words.includes(value)) return value;
  throw new WorkflowOptionsError({ option, value, expected: words.map((word) => `'${word}'`).join(' or ') });
}
