import { WorkflowOptionsError } from './core/errors/index.js';
import { parseDuration, type Duration } from './core/time/index.js';

/** Reads a duration, refusing one below a minimum. @internal */
export function duration(value: Duration | undefined, fallback: Duration, option: string, minMs = 0): number {
  const milliseconds = parseDuration(value ?? fallback, option);
  if (milliseconds >= minMs) return milliseconds;
  throw new WorkflowOptionsError({ option, value, expected: `at least ${minMs} ms` });
}

/** Reads a whole number, refusing one below a minimum. @internal */
export function wholeNumber(value: number | undefined, fallback: number, option: string, min = 1): number {
  const number = value ?? fallback;
  if (Number.isInteger(number) && number >= min) return number;
  throw new WorkflowOptionsError({ option, value, expected: `a whole number of at least ${min}` });
}

/** Reads a number that may be `Infinity`, for none. @internal */
export function limit(value: number | undefined, fallback: number, option: string): number {
  return value === Infinity ? Infinity : wholeNumber(value, fallback, option);
}

/** @internal */
export function flag(value: boolean | undefined, fallback: boolean, option: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? fallback;
  throw new WorkflowOptionsError({ option, value, expected: 'true or false' });
}

/** @internal */
export function text(value: string | undefined, option: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return value;
  throw new WorkflowOptionsError({ option, value, expected: 'a text that is not empty' });
}

/**
 * Refuses anything but an object with known properties: a misspelt option would otherwise silently be its default.
 *
 * @internal
 */
export function section<T extends object>(
  value: T | undefined,
  option: string,
  known: readonly (keyof T & string)[],
): Partial<T> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WorkflowOptionsError({ option, value, expected: `an object with: ${known.join(', ')}` });
  }
  for (const key of Object.keys(value)) {
    if ((known as readonly string[]).includes(key)) continue;
    throw new WorkflowOptionsError({
      option: option === 'options' ? key : `${option}.${key}`,
      value: (value as Record<string, unknown>)[key],
      expected: `left out: there is no such option. Known are ${known.join(', ')}`,
    });
  }
  return value;
}
