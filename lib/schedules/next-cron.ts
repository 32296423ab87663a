import { Cron } from 'croner';
import { WorkflowOptionsError } from '../core/errors/index.js';

const EXPECTED =
  "a cron expression of 5 or 6 fields ([second] minute hour day-of-month month day-of-week) such as '0 9 * * MON-FRI', " +
  "or one of '@hourly', '@daily', '@weekly', '@monthly' and '@yearly'";

/**
 * The next instant that a cron expression means, strictly after another one; both epoch milliseconds.
 *
 * The rules are those of cron: where day of month and day of week are both restricted, a day that satisfies either counts.
 * In a zone with daylight saving time, a fixed time that falls into the skipped hour comes at the end of the gap, one that occurs
 * twice comes once, at its first occurrence, and intervals (`*`, `0/15`) go on through both.
 *
 * @param timeZone IANA name. @default 'UTC'
 * @throws WorkflowOptionsError for an expression that is malformed or never comes, and for an unknown zone.
 *
 * @internal
 */
export function nextCron(expression: string, timeZone: string | undefined, after: number): number {
  const zone = timeZone ?? 'UTC';
  if (!isTimeZone(zone)) {
    throw new WorkflowOptionsError({
      option: 'timeZone',
      value: zone,
      expected: "an IANA time zone such as 'Europe/Berlin'",
    });
  }
  const next = parse(expression, zone).nextRun(new Date(after));
  if (next !== null) return next.getTime();
  throw new WorkflowOptionsError({ option: 'cron', value: expression, expected: 'an expression that comes again' });
}

function parse(expression: string, timezone: string): Cron {
  // The library also takes a date, which `until` is for.
  const hasFields = typeof expression === 'string' && /^@|\s/.test(expression.trim());
  if (!hasFields) throw new WorkflowOptionsError({ option: 'cron', value: expression, expected: EXPECTED });
  try {
    return new Cron(expression, { timezone, paused: true, mode: '5-or-6-parts' });
  } catch (cause) {
    throw new WorkflowOptionsError({ option: 'cron', value: expression, expected: EXPECTED, cause });
  }
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    // The only way to ask whether a zone is known.
    return false;
  }
}
