import {
  ContextUsageError,
  WorkflowInputError,
  WorkflowNotFoundError,
  describeValue,
  type WorkflowNotFoundErrorFacts,
} from '../errors/index.js';
import { isStorableText } from '../serialization/index.js';

/** Longest id, name or key, in UTF-16 code units; with derived parts it still fits into a database index. */
const MAX_LENGTH = 200;

const CONTROL_CHARACTER = /\p{Cc}/u;

/** What keeps a text from being part of a key, as the end of a sentence. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be a string, not ${value === null ? 'null' : typeof value}`;
  if (value.length === 0) return 'must not be empty';
  if (value.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters, has ${value.length}`;
  if (!CONTROL_CHARACTER.test(value) && isStorableText(value)) return undefined;
  return 'must not contain control characters or lone surrogates';
}

/** Printable, of ASCII, and without `/ # $ %`. */
const PLAIN_NAME = new RegExp(`^[ !"&-.0-~]{1,${MAX_LENGTH}}$`);

/** Whether a name is certain to pass {@link assertName} and to be its own key. Nearly all are, and each call of the context asks. @internal */
export function isPlainName(name: unknown): name is string {
  return typeof name === 'string' && PLAIN_NAME.test(name);
}

/**
 * Refuses a name that could not be kept or shown: empty, longer than 200 characters, or with control characters or half of a surrogate
 * pair.
 *
 * @param place Who uses the name, for the message: `step in workflow "orders"`.
 * @throws {@link ContextUsageError}
 * @internal
 */
export function assertName(name: unknown, place: string): asserts name is string {
  const fault = faultOf(name);
  if (fault === undefined) return;
  throw new ContextUsageError(`The name ${describeValue(name)} cannot be used for ${place}: it ${fault}.`);
}

/**
 * Checks a short text that becomes part of a key: storable, not empty, not longer than 200 characters.
 *
 * @throws WorkflowInputError naming the place.
 * @internal
 */
export function assertKeyText(value: unknown, place: string): asserts value is string {
  const fault = faultOf(value);
  if (fault !== undefined) refuse(place, fault);
}

/**
 * Checks an id that a caller chose for an instance. `/` and `#` are refused because the ids of children and of what steps start are
 * made with them, so that nobody takes such an id by accident; a leading `$` because the engine's names begin with it.
 *
 * @throws WorkflowInputError
 * @internal
 */
export function assertWorkflowId(value: unknown): asserts value is string {
  const place = 'The workflow id';
  assertKeyText(value, place);
  if (value.startsWith('$')) refuse(place, 'must not start with "$": such names are the engine\'s');
  if (/[/#]/.test(value))
    refuse(place, 'must not contain "/" or "#": they mark the ids of children; use ":" or "-" instead');
}

/**
 * Checks the id of an instance that should exist. What no instance can be called is not looked for: a database would refuse it.
 *
 * @throws WorkflowNotFoundError
 * @internal
 */
export function assertPossibleId(
  workflowId: unknown,
  what?: WorkflowNotFoundErrorFacts['what'],
): asserts workflowId is string {
  if (typeof workflowId === 'string' && isStorableText(workflowId)) return;
  throw new WorkflowNotFoundError({ workflowId: workflowId as string, ...(what && { what }) });
}

/** Checks a signal's name. @throws WorkflowInputError @internal */
export function assertSignalName(value: unknown): asserts value is string {
  const place = 'The signal name';
  assertKeyText(value, place);
  if (value.startsWith('$')) refuse(place, 'must not start with "$": such signals are the engine\'s');
}

/** Checks free text such as a reason: storable, of any length. @throws WorkflowInputError @internal */
export function assertFreeText(value: unknown, place: string): asserts value is string {
  if (typeof value !== 'string') refuse(place, `must be a string, not ${value === null ? 'null' : typeof value}`);
  if (!isStorableText(value)) refuse(place, 'must not contain U+0000 or lone surrogates');
}

function refuse(place: string, message: string): never {
  throw new WorkflowInputError({ place, issues: [{ path: '', message }] });
}
