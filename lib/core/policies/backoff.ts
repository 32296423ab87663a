import { WorkflowOptionsError } from '../errors/index.js';
import { knownOptions, optionName, refuseUnknownOptions } from '../options/index.js';
import { parseDuration, type Duration } from '../time/index.js';

/** How much chance there is in a delay: none of it, all of it, or half of it. @publicApi */
export type Jitter = 'none' | 'full' | 'equal';

/** How the wait between attempts grows. @publicApi */
export interface BackoffOptions {
  /**
   * The wait after the first failed attempt.
   * @default '1s'
   */
  readonly delay?: Duration;
  /**
   * What each further wait is multiplied by, at least 1.
   * @default 2
   */
  readonly factor?: number;
  /**
   * The longest wait.
   * @default '5m', or `delay` where that is longer
   */
  readonly maxDelay?: Duration;
  /**
   * `full` waits between nothing and the whole delay, `equal` between half of it and the whole.
   * @default 'none'
   */
  readonly jitter?: Jitter;
}

/** A checked {@link BackoffOptions}. @internal */
export interface Backoff {
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: Jitter;
}

/** One second, doubled up to five minutes. @internal */
export const DEFAULT_BACKOFF: Backoff = Object.freeze({
  delayMs: 1_000,
  factor: 2,
  maxDelayMs: 300_000,
  jitter: 'none',
});

/** What a backoff is made of. @internal */
export const BACKOFF = knownOptions<BackoffOptions>({ delay: true, factor: true, maxDelay: true, jitter: true });
const JITTERS: ReadonlySet<unknown> = new Set<Jitter>(['none', 'full', 'equal']);

/**
 * Checks backoff options; a field that is left out is taken from `defaults`.
 *
 * @param place What the options belong to, for the message; empty for the module.
 * @param path The option that they are: `retry.backoff`.
 * @throws {@link WorkflowOptionsError} naming the field.
 * @internal
 */
export function resolveBackoff(options: BackoffOptions, defaults: Backoff, place: string, path: string): Backoff {
  refuseUnknownOptions(options, BACKOFF, place, path);
  const nameOf = (field: string): string => optionName(`${path}.${field}`, place);
  const delayMs = options.delay === undefined ? defaults.delayMs : parseDuration(options.delay, nameOf('delay'));
  const factor = options.factor ?? defaults.factor;
  if (!Number.isFinite(factor) || factor < 1) {
    throw new WorkflowOptionsError({ option: nameOf('factor'), value: factor, expected: 'a number of at least 1' });
  }
  const jitter = options.jitter ?? defaults.jitter;
  if (!JITTERS.has(jitter)) {
    throw new WorkflowOptionsError({ option: nameOf('jitter'), value: jitter, expected: "'none', 'full' or 'equal'" });
  }
  if (options.maxDelay === undefined) {
    return Object.freeze({ delayMs, factor, maxDelayMs: Math.max(defaults.maxDelayMs, delayMs), jitter });
  }
  const maxDelayMs = parseDuration(options.maxDelay, nameOf('maxDelay'));
  if (options.delay !== undefined && maxDelayMs < delayMs) {
    throw new WorkflowOptionsError({
      option: nameOf('maxDelay'),
      value: options.maxDelay,
      expected: 'at least as long as delay',
    });
  }
  return Object.freeze({ delayMs: Math.min(delayMs, maxDelayMs), factor, maxDelayMs, jitter });
}

/**
 * The wait after a failed attempt.
 *
 * @param attempt The attempt that failed, from 1.
 * @param random A number in [0, 1); asked only where there is jitter.
 * @returns Whole milliseconds.
 * @internal
 */
export function backoffDelayMs(backoff: Backoff, attempt: number, random: () => number): number {
  // The power overflows to Infinity after about a thousand attempts, and 0 times Infinity is no number.
  const grown = backoff.delayMs === 0 ? 0 : backoff.delayMs * backoff.factor ** (attempt - 1);
  const wholeMs = Math.min(grown, backoff.maxDelayMs);
  switch (backoff.jitter) {
    case 'none':
      return Math.ceil(wholeMs);
    case 'full':
      return Math.ceil(wholeMs * random());
    case 'equal':
      return Math.ceil(wholeMs / 2 + (wholeMs / 2) * random());
  }
}
