import type { SignalCondition, SleepUntil } from '../definition/index.js';
import { parseDuration, parseInstant } from '../time/index.js';
import type { ContextHost } from './execution-host.js';
import type { WaitFor } from './wait-call.js';

/** Turns what a user gives as a time into the instant it means when the wait begins. @throws at once for what means nothing @internal */
export function instantOf(host: ContextHost, until: SleepUntil, place: string): (now: number) => number {
  // Anything but an object is read as a duration, which refuses what is none by its place.
  if (typeof until !== 'object' || until === null) {
    const durationMs = parseDuration(until, place);
    return (now) => now + durationMs;
  }
  if ('cron' in until) {
    const { nextCron } = host.services;
    // Computed once here so that a bad expression is refused where it was written.
    nextCron(until.cron, until.timeZone, host.deliveredAt);
    return (now) => nextCron(until.cron, until.timeZone, now);
  }
  const instant = parseInstant(until.until, place);
  return () => instant;
}

/** A described signal as a condition of a wait. @internal */
export function toWaitFor<T>(key: string, condition: SignalCondition<T>): WaitFor {
  return {
    kind: 'signal',
    key,
    signal: condition.signal,
    ...(condition.key === undefined ? {} : { signalKey: condition.key }),
    ...(condition.match === undefined ? {} : { match: condition.match as (payload: unknown) => boolean }),
  };
}
