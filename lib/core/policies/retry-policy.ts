import { WorkflowOptionsError } from '../errors/index.js';
import { callback, knownOptions, optionName, refuseUnknownOptions } from '../options/index.js';
import { parseDuration, type Duration } from '../time/index.js';
import { DEFAULT_BACKOFF, resolveBackoff, type Backoff, type BackoffOptions } from './backoff.js';

/** Gives the wait after a failed attempt; attempts count from 1. Throwing gives up. @publicApi */
export type BackoffFunction = (attempt: number, error: unknown) => Duration;

/** Decides whether another attempt makes sense; attempts count from 1. Throwing gives up. @publicApi */
export type RetryPredicate = (error: unknown, attempt: number) => boolean;

/** How often and when something is tried again. What is left out is taken from the wider setting. @publicApi */
export interface RetryRule {
  /**
   * How many attempts are made in all, the first included: at least 1; `Infinity` never gives up.
   * @default 3
   */
  readonly attempts?: number;
  /**
   * The wait between attempts, or a function that gives it.
   * @default one second, doubled up to five minutes, without jitter
   */
  readonly backoff?: BackoffOptions | BackoffFunction;
  /**
   * Whether an error is worth another attempt. Errors that cannot be mended by one, such as `NonRetryableStepError`, never get here.
   * @default every error is
   */
  readonly retryIf?: RetryPredicate;
  /**
   * Shorter waits stay in the process; longer ones become stored timers, which outlive it.
   * @default '5s'
   */
  readonly inProcessBelow?: Duration;
}

/** A number of attempts in all, `false` for a single one, or a rule. @publicApi */
export type RetryOptions = number | false | RetryRule;

/** A checked and complete {@link RetryOptions}. @internal */
export interface RetryPolicy {
  /** In all, the first included. */
  readonly attempts: number;
  readonly backoff: Backoff | BackoffFunction;
  readonly retryIf?: RetryPredicate;
  readonly inProcessBelowMs: number;
}

/** What a rule is made of. @internal */
export const RETRY_RULE = knownOptions<RetryRule>({
  attempts: true,
  backoff: true,
  retryIf: true,
  inProcessBelow: true,
});

/** Three attempts. @internal */
export const DEFAULT_RETRY_POLICY: RetryPolicy = Object.freeze({
  attempts: 3,
  backoff: DEFAULT_BACKOFF,
  inProcessBelowMs: 5_000,
});

/**
 * Checks retry options and completes them, field by field, from a wider setting.
 *
 * @param options What the user wrote; `undefined` takes the defaults as they are.
 * @param place What the options belong to, for the message: `step "charge"`; empty for the module.
 * @param path The option that they are.
 * @throws {@link WorkflowOptionsError} naming the field and the place.
 * @internal
 */
export function resolveRetry(
  options: RetryOptions | undefined,
  defaults: RetryPolicy = DEFAULT_RETRY_POLICY,
  place = '',
  path = 'retry',
): RetryPolicy {
  if (options === undefined) return defaults;
  if (options === false) return Object.freeze({ ...defaults, attempts: 1 });
  if (typeof options === 'number')
    return Object.freeze({ ...defaults, attempts: readAttempts(options, optionName(path, place)) });
  const nameOf = (field: string): string => optionName(`${path}.${field}`, place);
  if (typeof options !== 'object' || options === null) {
    throw new WorkflowOptionsError({
      option: optionName(path, place),
      value: options,
      expected: 'a number of attempts, false, or { attempts, backoff, retryIf }',
    });
  }
  refuseUnknownOptions(options, RETRY_RULE, place, path);
  const retryIf = callback(options.retryIf ?? defaults.retryIf, nameOf('retryIf'), '(error, attempt) => boolean');
  return Object.freeze({
    attempts: options.attempts === undefined ? defaults.attempts : readAttempts(options.attempts, nameOf('attempts')),
    backoff: readBackoff(options.backoff, defaults.backoff, place, `${path}.backoff`),
    ...(retryIf !== undefined && { retryIf }),
    inProcessBelowMs:
      options.inProcessBelow === undefined
        ? defaults.inProcessBelowMs
        : parseDuration(options.inProcessBelow, nameOf('inProcessBelow')),
  });
}

function readAttempts(attempts: number, option: string): number {
  if (attempts === Number.POSITIVE_INFINITY || (Number.isSafeInteger(attempts) && attempts >= 1)) return attempts;
  throw new WorkflowOptionsError({
    option,
    value: attempts,
    expected: 'a whole number of attempts in all, at least 1, or Infinity; false and 1 mean a single one',
  });
}

function readBackoff(
  backoff: RetryRule['backoff'],
  defaults: RetryPolicy['backoff'],
  place: string,
  path: string,
): RetryPolicy['backoff'] {
  if (backoff === undefined) return defaults;
  if (typeof backoff === 'function') return backoff;
  if (typeof backoff !== 'object' || backoff === null) {
    throw new WorkflowOptionsError({
      option: optionName(path, place),
      value: backoff,
      expected: '{ delay, factor, maxDelay, jitter } or a function (attempt, error) => duration',
    });
  }
  // A rule over a function has nothing of that function to complete it with.
  const base = typeof defaults === 'function' ? DEFAULT_BACKOFF : defaults;
  return resolveBackoff(backoff, base, place, path);
}
