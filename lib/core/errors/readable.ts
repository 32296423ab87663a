import { describeValue } from './describe-value.js';
import { isWorkflowError } from './workflow.error.js';

const UNREADABLE = 'A step or the workflow threw an error that could not be read: reading it threw as well.';

/**
 * What was thrown, if it can be read; an error in its place if not: a getter or a Proxy that throws. For the edges where a user's code
 * was called, so that nobody behind them fails while an error is looked at.
 *
 * @internal
 */
export function readable(thrown: unknown): unknown {
  if ((typeof thrown !== 'object' || thrown === null) && typeof thrown !== 'function') return thrown;
  try {
    touch(thrown);
    return thrown;
  } catch {
    return new Error(UNREADABLE);
  }
}

/** What was thrown as an error, for handlers that are promised one: what is none is its cause. @internal */
export function toError(thrown: unknown): Error {
  const read = readable(thrown);
  return read instanceof Error ? read : new Error(describeValue(read), { cause: read });
}

/** Reads what is read of an error anywhere, down its causes. */
function touch(thrown: object): void {
  const seen = new Set<unknown>();
  let error: unknown = thrown;
  while (typeof error === 'object' && error !== null && !seen.has(error)) {
    seen.add(error);
    isWorkflowError(error);
    const { name, message, stack, code, errors, cause, details } = error as Record<string, unknown>;
    const texts = error instanceof Error ? [name, message, stack, code] : [error];
    for (const value of texts) String(value);
    for (const value of [errors, details]) if (typeof value === 'object' && value !== null) Object.keys(value);
    error = cause;
  }
  if (typeof thrown === 'function') String(thrown);
}
