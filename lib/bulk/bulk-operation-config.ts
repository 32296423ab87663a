import { WorkflowOptionsError } from '../core/errors/index.js';
import { flag, OptionRules, requireMethods, wholeNumber } from '../core/options/index.js';
import type { RetryRule } from '../core/policies/index.js';
import { parseSeconds, type Duration } from '../core/time/index.js';
import type { BulkCircuitBreaker } from './batch-run.js';

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
  /** Runs every attempt of every batch, where an operation was given no circuit breaker of its own: a policy of cockatiel fits. @default none */
  readonly circuitBreakerConfig?: BulkCircuitBreaker | null;
  /** Limit of a whole run of each pipeline that `PipelineService` runs, from its start: seconds, a text such as `'1h'`, or `Infinity`. @default none */
  readonly pipelineTimeout?: Duration;
}

const RULES = new OptionRules<BulkOperationConfigOptions>({
  batchSize: (value, option) => wholeNumber(value, 10, option),
  maxConcurrency: (value, option) => wholeNumber(value, 5, option),
  timeout: (value, option) => readTimeout(value, 300, option),
  retryAttempts: (value, option) => wholeNumber(value, 3, option, 0),
  retryDelay: readDelay,
  enableProgressTracking: (value, option) => flag(value, true, option),
  circuitBreakerConfig: readBreaker,
  pipelineTimeout: (value, option) => readTimeout(value, Number.POSITIVE_INFINITY, option),
});

/**
 * The settings of a bulk operation, with their defaults, checked when they are made. A subclass may add settings of its own, and
 * class-validator decorators, by which a config is checked once more where the module is given it.
 *
 * @publicApi
 */
export class BulkOperationConfig implements Required<BulkOperationConfigOptions> {
  declare readonly batchSize: number;
  declare readonly maxConcurrency: number;
  declare readonly timeout: Duration;
  declare readonly retryAttempts: number;
  declare readonly retryDelay: Duration;
  declare readonly enableProgressTracking: boolean;
  declare readonly circuitBreakerConfig: BulkCircuitBreaker | null;
  declare readonly pipelineTimeout: Duration;

  /**
   * @param place Whose settings they are, for messages: `bulk "prices"`.
   * @param path The option that holds them, if there is one.
   * @throws WorkflowOptionsError naming an option that is unknown, or whose value is not accepted.
   */
  constructor(options: BulkOperationConfigOptions = {}, place = '', path = '') {
    Object.assign(this, RULES.read(options, place, path));
  }

  /** What there is to set. @internal */
  static get names(): ReadonlySet<string> {
    return RULES.names;
  }

  /** A config as it is, once it was checked, or one from options. @throws as the constructor does @internal */
  static of(given?: BulkOperationConfigOptions, place = '', path = ''): BulkOperationConfig {
    if (!(given instanceof BulkOperationConfig)) return new BulkOperationConfig(given, place, path);
    return RULES.settle(given, place, path);
  }

  /** The same with some settings of its own. @throws as the constructor does */
  with(options: BulkOperationConfigOptions): BulkOperationConfig {
    return new BulkOperationConfig({ ...RULES.pick(this), ...options });
  }

  /** @internal */
  get timeoutMs(): number {
    return this.timeout === Number.POSITIVE_INFINITY ? this.timeout : parseSeconds(this.timeout, 'timeout');
  }

  /** Nothing where pipelines have all the time they like. @internal */
  get pipelineTimeoutMs(): number | undefined {
    const { pipelineTimeout } = this;
    return pipelineTimeout === Number.POSITIVE_INFINITY ? undefined : parseSeconds(pipelineTimeout, 'pipelineTimeout');
  }

  /**
   * Documented: the delay times two for every further attempt. Bounded, because a timer that never comes helps nobody.
   *
   * @internal
   */
  get retry(): RetryRule {
    const delay = parseSeconds(this.retryDelay, 'retryDelay');
    const maxDelay = Math.max(delay, LONGEST_DELAY_MS);
    return { attempts: this.retryAttempts + 1, backoff: { delay, factor: 2, maxDelay, jitter: 'none' } };
  }
}

const LONGEST_DELAY_MS = 86_400_000;

function readTimeout(value: Duration | undefined, fallback: Duration, option: string): Duration {
  const timeout = value ?? fallback;
  if (timeout !== Number.POSITIVE_INFINITY) secondsAbove0(timeout, option);
  return timeout;
}

/** A limit, in milliseconds. @throws WorkflowOptionsError where there would be no time at all. @internal */
export function secondsAbove0(timeout: Duration, option: string): number {
  const timeoutMs = parseSeconds(timeout, option);
  if (timeoutMs > 0) return timeoutMs;
  throw new WorkflowOptionsError({ option, value: timeout, expected: 'longer than nothing, or Infinity for no limit' });
}

function readBreaker(value: BulkCircuitBreaker | null | undefined, option: string): BulkCircuitBreaker | null {
  return requireMethods(value ?? null, ['execute'], option, 'execute(fn), such as a policy of cockatiel');
}

function readDelay(delay: Duration = 1, option: string): Duration {
  parseSeconds(delay, option);
  return delay;
}
