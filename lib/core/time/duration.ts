import { WorkflowOptionsError } from '../errors/index.js';

/**
 * A span of time: a number of milliseconds, or a number and a unit such as `'500ms'`, `'30s'`, `'1.5h'`, `'3d'`.
 * Units are `ms`, `s`, `m` (minutes), `h`, `d` (24 hours) and `w`.
 *
 * @publicApi
 */
export type Duration = number | string;

/** The longest accepted duration, in milliseconds: 1,000 years. Longer ones are typing errors. @internal */
export const MAX_DURATION_MS = 365_000 * 86_400_000;

const UNITS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

const EXPECTED =
  "a number of milliseconds or a number with a unit (ms, s, m, h, d, w) such as '500ms', '30s' or '1.5h', " +
  'not negative and at most 1000 years';

/**
 * Reads a {@link Duration}.
 *
 * @param place What the duration is, for the message: `worker.pollInterval`, `timeout of step "charge"`.
 * @returns Whole milliseconds; a fraction of a millisecond counts as a full one, so that nothing is ever early.
 * @throws {@link WorkflowOptionsError} when the value is negative, not finite, longer than 1,000 years or in another form.
 *
 * @publicApi
 */
export function parseDuration(value: Duration, place = 'duration'): number {
  const milliseconds = typeof value === 'string' ? readText(value) : value;
  if (typeof milliseconds !== 'number' || !(milliseconds >= 0 && milliseconds <= MAX_DURATION_MS)) {
    throw new WorkflowOptionsError({ option: place, value, expected: EXPECTED });
  }
  if (Number.isInteger(milliseconds)) return milliseconds;
  // '1.15m' is 68999.99999999999 in floating point: the noise must not count as a started millisecond.
  return Math.ceil(Number(milliseconds.toFixed(6)));
}

function readText(text: string): number | undefined {
  const match = PATTERN.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/**
 * Reads a duration of a documented option whose bare numbers are seconds; a text has its unit.
 *
 * @returns Whole milliseconds.
 * @throws {@link WorkflowOptionsError} as {@link parseDuration} does.
 * @internal
 */
export function parseSeconds(value: Duration, place: string): number {
  const milliseconds =
    typeof value === 'string' ? readText(value) : typeof value === 'number' ? value * 1_000 : undefined;
  if (milliseconds !== undefined && milliseconds >= 0 && milliseconds <= MAX_DURATION_MS)
    return parseDuration(milliseconds, place);
  throw new WorkflowOptionsError({ option: place, value, expected: EXPECTED.replace('milliseconds', 'seconds') });
}

/**
 * Writes milliseconds the way people write a {@link Duration}, in the largest unit that keeps it exact: `90000` is
 * `'90s'`. {@link parseDuration} reads it back to the same number.
 *
 * @publicApi
 */
export function formatDuration(milliseconds: number): string {
  if (milliseconds !== 0) {
    for (const [unit, length] of Object.entries(UNITS)) {
      if (milliseconds % length === 0) return `${milliseconds / length}${unit}`;
    }
  }
  return `${milliseconds}ms`;
}
