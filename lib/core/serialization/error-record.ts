import { describeValue, isWorkflowError } from '../errors/index.js';
import { toJson } from './journal-json.js';
import { storableText } from './storable-text.js';

/** An error as it is stored: plain data, bounded in size. @publicApi */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** The code of a library error, or what a user's or driver's error calls `code`. */
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
  /** The errors of an AggregateError, at most ten. */
  readonly errors?: readonly ErrorRecord[];
  /** The `details` of a library error. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The other own properties that have a JSON form. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Set for errors of this library, whose class is found by their code. */
  readonly own?: true;
}

/** The name that stands for a thrown value that is no error; the value is in `data.thrown`. @internal */
export const NON_ERROR_NAME = 'NonErrorThrown';

const MAX_CAUSES = 6;
const MAX_ERRORS = 10;
const MAX_NAME_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 8_000;
const MAX_STACK_LENGTH = 4_000;
const MAX_DATA_LENGTH = 16_000;

/** Own properties that a record keeps elsewhere, or that follow from the code. */
const KEPT_ELSEWHERE = new Set(['name', 'message', 'stack', 'cause', 'errors', 'code', 'details']);

/**
 * Turns whatever was thrown into a record. Never throws itself: what cannot be read or stored is left out, long texts are
 * shortened, and a chain of causes ends after a few.
 *
 * @publicApi
 */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  try {
    return record(thrown, MAX_CAUSES);
  } catch {
    // A proxy or getter that throws wherever it is touched.
    return { name: NON_ERROR_NAME, message: 'A value was thrown that cannot be read.' };
  }
}

function record(thrown: unknown, causesLeft: number): ErrorRecord {
  if (!isErrorLike(thrown)) return nonErrorRecord(thrown);
  const { code, cause, stack } = thrown;
  const details = isWorkflowError(thrown) ? storableProperties(thrown.details ?? {}) : undefined;
  const data = storableProperties(thrown, KEPT_ELSEWHERE);
  return {
    name: storableText(thrown.name, MAX_NAME_LENGTH),
    message: storableText(thrown.message, MAX_MESSAGE_LENGTH),
    ...(typeof code === 'number' && Number.isFinite(code) && { code }),
    ...(typeof code === 'string' && { code: storableText(code, MAX_NAME_LENGTH) }),
    ...(typeof stack === 'string' && { stack: storableText(stack, MAX_STACK_LENGTH) }),
    ...(cause !== undefined && causesLeft > 0 && { cause: record(cause, causesLeft - 1) }),
    ...(Array.isArray(thrown.errors) && causesLeft > 0 && { errors: records(thrown.errors) }),
    ...(details !== undefined && { details }),
    ...(data !== undefined && { data }),
    ...(isWorkflowError(thrown) && { own: true as const }),
  };
}

/** Members of an aggregate keep no causes of their own, so that the whole record stays bounded. */
function records(errors: readonly unknown[]): ErrorRecord[] {
  return errors.slice(0, MAX_ERRORS).map((error) => record(error, 0));
}

function nonErrorRecord(thrown: unknown): ErrorRecord {
  const data = storableProperties({ thrown });
  return {
    name: NON_ERROR_NAME,
    message: storableText(
      typeof thrown === 'string' ? thrown : `Thrown was ${describeValue(thrown)}.`,
      MAX_MESSAGE_LENGTH,
    ),
    ...(data !== undefined && { data }),
  };
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly stack?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** By shape: errors come from other realms, from drivers and from transpiled classes. */
function isErrorLike(value: unknown): value is ErrorLike {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message } = value as Partial<ErrorLike>;
  return typeof name === 'string' && typeof message === 'string';
}

/** The own properties that have a JSON form, as long as there is room; `undefined` when there are none. */
function storableProperties(source: object, except?: ReadonlySet<string>): Record<string, unknown> | undefined {
  const kept: Record<string, unknown> = {};
  let room = MAX_DATA_LENGTH;
  for (const key of Object.keys(source)) {
    if (except?.has(key)) continue;
    const text = storableMember(source, key);
    if (text === undefined || text.length > room) continue;
    room -= text.length;
    const { [key]: value } = JSON.parse(text) as Record<string, unknown>;
    Object.defineProperty(kept, key, { value, enumerable: true });
  }
  return room === MAX_DATA_LENGTH ? undefined : kept;
}

/** One property as JSON, inside an object of its own. */
function storableMember(source: object, key: string): string | undefined {
  try {
    const text = toJson({ [key]: (source as Record<string, unknown>)[key] });
    return text === '{}' ? undefined : text;
  } catch {
    // No JSON form: an error is stored without it rather than not at all.
    return undefined;
  }
}
