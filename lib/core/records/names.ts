import { ContextUsageError, describeValue } from '../errors/index.js';
import { isStorableText } from '../serialization/index.js';

const MAX_NAME_LENGTH = 200;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Refuses a name that could not be kept or shown: empty, longer than 200 characters, or with control characters or half of a surrogate
 * pair.
 *
 * @param place Who uses the name, for the message: `step in workflow "orders"`.
 * @throws {@link ContextUsageError}
 * @internal
 */
export function assertName(name: unknown, place: string): asserts name is string {
  const mend =
    typeof name !== 'string'
      ? 'a name is a text'
      : name === ''
        ? 'a name must not be empty'
        : name.length > MAX_NAME_LENGTH
          ? `a name has at most ${MAX_NAME_LENGTH} characters, and this one has ${name.length}`
          : CONTROL_CHARACTER.test(name) || !isStorableText(name)
            ? 'a name has no control characters and no half of a surrogate pair'
            : undefined;
  if (mend === undefined) return;
  throw new ContextUsageError(`The name ${describeValue(name)} cannot be used for ${place}: ${mend}.`);
}

const RESERVED = /[/#$%]/g;
const ENCODED = /%(?:2F|23|24|25)/g;

/**
 * A user's name as part of a journal key: `/ # $ %` are percent-encoded, so that it never collides with a name of the engine. Other
 * characters stay.
 *
 * @internal
 */
export function encodeName(name: string): string {
  return name.replace(RESERVED, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The name as the user wrote it; names of the engine are left as they are. @internal */
export function decodeName(encodedName: string): string {
  return encodedName.replace(ENCODED, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}

/**
 * The key under which a step's effect is known outside: the same for every attempt on every worker, another one in every other
 * generation, step and instance.
 *
 * @param encodedName The key of the step in its journal.
 * @internal
 */
export function idempotencyKey(workflowId: string, generation: number, encodedName: string): string {
  // The encoded id has no slash, so the first two slashes always separate, whatever ids and names contain.
  return `${encodeName(workflowId)}/${generation}/${encodedName}`;
}
