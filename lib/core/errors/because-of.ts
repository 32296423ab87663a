import { describeValue } from './describe-value.js';

/**
 * The end of a sentence that names its cause: `: the message`, or a full stop when there is none.
 * Nested sentences stay readable because only the outermost message of the cause is shown.
 *
 * @internal
 */
export function becauseOf(cause: unknown): string {
  if (cause === undefined) return '.';
  const message = typeof cause === 'object' && cause !== null ? (cause as { message?: unknown }).message : undefined;
  return `: ${typeof message === 'string' && message !== '' ? message : describeValue(cause)}`;
}
