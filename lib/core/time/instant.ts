import { WorkflowOptionsError } from '../errors/index.js';

/**
 * A point in time: a `Date`, milliseconds since the epoch, or ISO 8601 text. Text with a time of day needs `Z` or an
 * offset (`'2026-03-01T09:00:00+01:00'`), because local time differs from worker to worker.
 *
 * @publicApi
 */
export type Instant = Date | number | string;

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** The latest instant a `Date` can hold, in milliseconds since the epoch. */
const MAX_INSTANT_MS = 8.64e15;

/**
 * Reads an {@link Instant}.
 *
 * @param place What the instant is, for the message.
 * @returns Whole milliseconds since the epoch, fractions rounded up.
 * @throws {@link WorkflowOptionsError} when the value is no instant, or is text in local time.
 *
 * @publicApi
 */
export function parseInstant(value: Instant, place = 'instant'): number {
  const milliseconds = Math.ceil(read(value));
  if (Number.isNaN(milliseconds) || Math.abs(milliseconds) > MAX_INSTANT_MS) {
    throw new WorkflowOptionsError({
      option: place,
      value,
      expected: "a Date, milliseconds since the epoch, or ISO 8601 text with 'Z' or an offset",
    });
  }
  return milliseconds;
}

function read(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return ISO.test(value) ? Date.parse(value) : Number.NaN;
  // Not by instanceof: a Date may come from another realm.
  if (Object.prototype.toString.call(value) === '[object Date]') return (value as Date).getTime();
  return Number.NaN;
}
