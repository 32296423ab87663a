import { WorkflowOptionsError } from '../core/errors/index.js';
import { flag, knownOptions, optionName, refuseUnknownOptions, wholeNumber } from '../core/options/index.js';
import type { RetryRule } from '../core/policies/index.js';
import { parseSeconds, type Duration } from '../core/time/index.js';

/** @publicApi */
export interface BulkOperationConfigOptions {
  /** Items per batch. @default 10 */
  readonly batchSize?: number;
  /** How many batches are under way at one time. @default 5 */
  readonly maxConcurrency?: number;
  /** Limit of a whole operation in memory: seconds, a text such as `'1h'`, or `Infinity` for none. @default 300 */
  readonly timeout?: Duration;
  /** Attempts of a batch after its first. @default 3 */
  readonly retryAttempts?: number;
  /** The wait before the second attempt: seconds, or a text such as `'250ms'`; doubled for each further one. @default 1 */
  readonly retryDelay?: Duration;
  /** Whether hooks, callbacks and observers are told of every batch. @default true */
  readonly enableProgressTracking?: boolean;
}

const KNOWN = knownOptions<BulkOperationConfigOptions>({
  batchSize: true,
  maxConcurrency: true,
  timeout: true,
  retryAttempts: true,
  retryDelay: true,
  enableProgressTracking: true,
});

/** The settings of a bulk operation, with their defaults, checked when they are made. @publicApi */
export class BulkOperationConfig implements Required<BulkOperationConfigOptions> {
  readonly batchSize: number;
  readonly maxConcurrency: number;
  readonly timeout: Duration;
  readonly retryAttempts: number;
  readonly retryDelay: Duration;
  readonly enableProgressTracking: boolean;
  /** @internal */
  declare readonly timeoutMs: number;
  /** @internal */
  declare readonly retry: RetryRule;

  /**
   * @param place Whose settings they are, for messages: `bulk "prices"`.
   * @param path The option that holds them, if there is one.
   * @throws WorkflowOptionsError naming an option that is unknown, or whose value is not accepted.
   */
  constructor(options: BulkOperationConfigOptions = {}, place = '', path = '') {
    refuseUnknownOptions(options, KNOWN, place, path);
    const nameOf = (option: string): string => optionName(path === '' ? option : `${path}.${option}`, place);
    this.batchSize = wholeNumber(options.batchSize, 10, nameOf('batchSize'));
    this.maxConcurrency = wholeNumber(options.maxConcurrency, 5, nameOf('maxConcurrency'));
    this.timeout = options.timeout ?? 300;
    this.retryAttempts = wholeNumber(options.retryAttempts, 3, nameOf('retryAttempts'), 0);
    this.retryDelay = options.retryDelay ?? 1;
    this.enableProgressTracking = flag(options.enableProgressTracking, true, nameOf('enableProgressTracking'));
    const timeoutMs = readTimeout(this.timeout, nameOf('timeout'));
    const retry = retryRule(this.retryAttempts, parseSeconds(this.retryDelay, nameOf('retryDelay')));
    // Not among its properties, so that it may be spread into options.
    Object.defineProperties(this, { timeoutMs: { value: timeoutMs }, retry: { value: retry } });
    Object.freeze(this);
  }

  /** The same with some settings of its own. @throws as the constructor does */
  with(options: BulkOperationConfigOptions): BulkOperationConfig {
    return new BulkOperationConfig({ ...this, ...options });
  }
}

/** A config as it is, or one from options. @internal */
export function toBulkConfig(given: BulkOperationConfig | BulkOperationConfigOptions | undefined): BulkOperationConfig {
  return given instanceof BulkOperationConfig ? given : new BulkOperationConfig(given);
}

function readTimeout(timeout: Duration, option: string): number {
  const timeoutMs = timeout === Number.POSITIVE_INFINITY ? timeout : parseSeconds(timeout, option);
  if (timeoutMs > 0) return timeoutMs;
  throw new WorkflowOptionsError({ option, value: timeout, expected: 'longer than nothing, or Infinity for no limit' });
}

/** Documented: the delay times two for every further attempt. Bounded, because a timer that never comes helps nobody. */
function retryRule(retryAttempts: number, delay: number): RetryRule {
  const maxDelay = Math.max(delay, LONGEST_DELAY_MS);
  return { attempts: retryAttempts + 1, backoff: { delay, factor: 2, maxDelay, jitter: 'none' } };
}

const LONGEST_DELAY_MS = 86_400_000;
