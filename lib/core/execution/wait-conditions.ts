import {
  signalNameOf,
  type SignalCondition,
  type SignalWaitOptions,
  type SleepUntil,
  type WaitCondition,
  type WorkflowSignal,
} from '../definition/index.js';
import { ContextUsageError, describeValue } from '../errors/index.js';
import { callback, knownOptions, refuseUnknownOptions } from '../options/index.js';
import { assertName } from '../records/index.js';
import { parseDuration, parseInstant } from '../time/index.js';
import type { EngineServices } from './engine-services.js';
import type { WaitFor } from './wait-call.js';

type Until = Extract<SleepUntil, { readonly until: unknown }>;
type Cron = Extract<SleepUntil, { readonly cron: unknown }>;

const UNTIL = knownOptions<Until>({ until: true });
const CRON = knownOptions<Cron>({ cron: true, timeZone: true });
const SIGNAL_WAIT = knownOptions<Omit<SignalWaitOptions, 'timeout'>>({ key: true, match: true });
const KINDS: ReadonlySet<unknown> = new Set<WaitCondition['kind']>(['signal', 'timer', 'child']);
const WAIT_FOR_SIGNAL = knownOptions<SignalWaitOptions>({ key: true, match: true, timeout: true });

/**
 * Turns what a user gives as a time into the instant it means when the wait begins.
 *
 * @param now When it was written down: with it a bad cron expression is found out at once.
 * @throws WorkflowOptionsError for what means nothing
 * @internal
 */
export function instantOf(
  { nextCron }: Pick<EngineServices, 'nextCron'>,
  until: SleepUntil,
  now: () => number,
  place: string,
): (now: number) => number {
  // Anything but an object is read as a duration, which refuses what is none by its place.
  if (typeof until !== 'object' || until === null) {
    const durationMs = parseDuration(until, place);
    return (begin) => begin + durationMs;
  }
  if ('cron' in until) {
    refuseUnknownOptions(until, CRON, place);
    nextCron(until.cron, until.timeZone, now());
    return (begin) => nextCron(until.cron, until.timeZone, begin);
  }
  refuseUnknownOptions(until, UNTIL, place);
  const instant = parseInstant(until.until, place);
  return () => instant;
}

/** Describes a signal to wait for. @throws ContextUsageError, WorkflowOptionsError @internal */
export function signalCondition<T>(
  signal: string | WorkflowSignal<T>,
  options: SignalWaitOptions<T>,
  wait?: string,
): SignalCondition<T> {
  const name = signalNameOf(signal, wait === undefined ? 'signalWait' : `waitForSignal "${wait}"`);
  const place = wait === undefined ? `signalWait "${name}"` : `waitForSignal "${wait}"`;
  refuseUnknownOptions(options, wait === undefined ? SIGNAL_WAIT : WAIT_FOR_SIGNAL, place);
  const { key, match } = options;
  assertName(name, `the signal of ${place}`);
  if (name.startsWith('$')) {
    throw new ContextUsageError(`"${name}" cannot be waited for: names that start with $ belong to the engine.`);
  }
  if (key !== undefined) assertName(key, `the key of ${place}`);
  callback(match, `match of ${place}`, '(payload) => boolean');
  return { kind: 'signal', signal: name, ...(key !== undefined && { key }), ...(match !== undefined && { match }) };
}

/** The conditions of a `waitForAny` with their names. @throws ContextUsageError for none, and for what is no condition @internal */
export function namedConditions(
  wait: string,
  conditions: Readonly<Record<string, WaitCondition>>,
): (readonly [string, WaitCondition])[] {
  const named = Object.entries(conditions);
  if (named.length === 0)
    throw new ContextUsageError(`waitForAny "${wait}" was given no condition; it would wait for ever.`);
  for (const [name, condition] of named) {
    assertName(name, `a condition of waitForAny "${wait}"`);
    if (name.startsWith('$')) {
      throw new ContextUsageError(
        `"${name}" cannot be used for a condition of waitForAny "${wait}": names that start with $ belong to the engine.`,
      );
    }
    if (KINDS.has((condition as WaitCondition | undefined)?.kind)) continue;
    throw new ContextUsageError(
      `The condition "${name}" of waitForAny "${wait}" is ${describeValue(condition)}. ` +
        'Make it with ctx.signalWait(…), ctx.timer(…) or await ctx.startChild(…).',
    );
  }
  return named;
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
