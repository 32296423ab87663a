import { WorkflowOptionsError } from '../core/errors/index.js';
import { resolveRetry, type RetryPolicy } from '../core/policies/index.js';
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

const DEFAULTS = Object.freeze({
  batchSize: 10,
  maxConcurrency: 5,
  timeout: 300,
  retryAttempts: 3,
  retryDelay: 1,
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
  readonly timeoutMs: number;
  /** @internal */
  readonly retryPolicy: RetryPolicy;

  /**
   * @param section The option that holds them, for messages: `bulk`.
   * @throws WorkflowOptionsError naming an option that is unknown, or whose value is not accepted.
   */
  constructor(options: BulkOperationConfigOptions = {}, section?: string) {
    const nameOf = (option: string): string => (section === undefined ? option : `${section}.${option}`);
    refuseUnknown(options, nameOf);
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const read: Required<BulkOperationConfigOptions> = { ...DEFAULTS, ...given };
    this.batchSize = wholeNumber(read.batchSize, 1, nameOf('batchSize'));
    this.maxConcurrency = wholeNumber(read.maxConcurrency, 1, nameOf('maxConcurrency'));
    this.timeout = read.timeout;
    this.timeoutMs = readTimeout(read.timeout, nameOf('timeout'));
    this.retryAttempts = wholeNumber(read.retryAttempts, 0, nameOf('retryAttempts'));
    this.retryDelay = read.retryDelay;
    this.retryPolicy = retryPolicy(this.retryAttempts, parseSeconds(read.retryDelay, nameOf('retryDelay')));
    this.enableProgressTracking = flag(read.enableProgressTracking, nameOf('enableProgressTracking'));
    Object.defineProperty(this, 'timeoutMs', { enumerable: false });
    Object.defineProperty(this, 'retryPolicy', { enumerable: false });
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

function refuseUnknown(options: object, nameOf: (option: string) => string): void {
  for (const [option, value] of Object.entries(options)) {
    if (option in DEFAULTS) continue;
    const expected = `left out: there is no such option. Known are ${Object.keys(DEFAULTS).join(', ')}`;
    throw new WorkflowOptionsError({ option: nameOf(option), value, expected });
  }
}

function wholeNumber(value: number, min: number, option: string): number {
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new WorkflowOptionsError({ option, value, expected: `a whole number of at least ${min}` });
}

function readTimeout(timeout: Duration, option: string): number {
  const timeoutMs = timeout === Number.POSITIVE_INFINITY ? timeout : parseSeconds(timeout, option);
  if (timeoutMs > 0) return timeoutMs;
  throw new WorkflowOptionsError({ option, value: timeout, expected: 'longer than nothing, or Infinity for no limit' });
}

function flag(value: boolean, option: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new WorkflowOptionsError({ option, value, expected: 'true or false' });
}

/** Documented: the delay times two for every further attempt, without an upper bound. */
function retryPolicy(retryAttempts: number, delayMs: number): RetryPolicy {
  return resolveRetry({
    attempts: retryAttempts + 1,
    backoff: { delay: delayMs, factor: 2, maxDelay: Math.max(delayMs, LONGEST_DELAY_MS), jitter: 'none' },
  });
}

const LONGEST_DELAY_MS = 86_400_000;
