import type { Observable } from 'rxjs';
import { readOptional } from '../core/definition/index.js';
import {
  callback,
  knownOptions,
  refuseUnknownOptions,
  requireCallback,
  requireMethods,
  text,
} from '../core/options/index.js';
import { systemClock, type Clock } from '../core/time/index.js';
import type { BulkCircuitBreaker } from './batch-run.js';
import { batchSource, type BulkItems } from './batch-source.js';
import type { BulkBatchResult, BulkProcessor } from './bulk-batch.js';
import { BulkCheckpoint, type BulkCheckpointStore } from './bulk-checkpoint.js';
import { BulkOperationConfig, type BulkOperationConfigOptions } from './bulk-operation-config.js';
import { BulkOperationMetrics, type BulkProgress } from './bulk-operation-metrics.js';
import { BulkRun, rejected, type BulkRunEnd } from './bulk-run.js';
import { BulkOperationCancelledError, BulkOperationError } from './errors/bulk-operation.error.js';
import { ProgressLine, type BulkHooks, type BulkProgressCallback } from './progress-line.js';

/** What an operation is at. @publicApi */
export const BulkOperationState = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
/** @publicApi */
export type BulkOperationState = (typeof BulkOperationState)[keyof typeof BulkOperationState];

/** @publicApi */
export interface BulkOperationOptions<T = unknown, R = unknown> extends BulkHooks {
  readonly config?: BulkOperationConfig | BulkOperationConfigOptions;
  readonly processor?: BulkProcessor<T, R>;
  /** Runs every attempt of every batch. */
  readonly circuitBreaker?: BulkCircuitBreaker;
  /** Remembers which batches are done of operations that have an id. */
  readonly checkpointStore?: BulkCheckpointStore;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

/** @publicApi */
export interface BulkExecuteOptions<T = unknown, R = unknown> {
  /** In place of the operation's own. */
  readonly processor?: BulkProcessor<T, R>;
  /** Names the operation in the checkpoint store: batches that an earlier run with this id completed are passed over. */
  readonly operationId?: string;
}

type Results<T, R> = AsyncIterableIterator<BulkBatchResult<T, R>, undefined>;

/**
 * Takes items through a processor, batch by batch: some batches at a time, with further attempts for those that fail. One operation
 * runs once.
 *
 * @example
 * const operation = new BulkOperation({ batchSize: 100 }, (items: number[]) => items.map((item) => item * 2));
 * for await (const { results } of operation.execute(numbers)) …
 *
 * @publicApi
 */
export class BulkOperation<T = unknown, R = unknown> {
  readonly config: BulkOperationConfig;
  readonly metrics: BulkOperationMetrics;
  private readonly options: BulkOperationOptions<T, R>;
  private readonly clock: Clock;
  private readonly progress: ProgressLine;
  private run: BulkRun<T, R> | undefined;
  private current: BulkOperationState = BulkOperationState.PENDING;

  constructor(options?: BulkOperationOptions<T, R>);
  constructor(
    config?: BulkOperationConfig | BulkOperationConfigOptions,
    processor?: BulkProcessor<T, R> | BulkOperationOptions<T, R>,
    circuitBreaker?: BulkCircuitBreaker | BulkOperationOptions<T, R>,
    checkpointStore?: BulkCheckpointStore | BulkOperationOptions<T, R>,
    options?: BulkOperationOptions<T, R>,
  );
  constructor(first?: unknown, ...others: readonly unknown[]) {
    const leading = isConfig(first) ? { config: first } : first;
    const keys = ['config', 'processor', 'circuitBreaker', 'checkpointStore'] as const;
    this.options = readOptional<BulkOperationOptions<T, R>>(keys, [leading, ...others]);
    refuseUnknownOptions(this.options, OPTIONS, 'bulk operation');
    requireParts(this.options);
    this.config = BulkOperationConfig.of(this.options.config);
    this.clock = this.options.clock ?? systemClock;
    this.metrics = new BulkOperationMetrics(this.clock);
    this.progress = new ProgressLine(this.metrics, this.options, this.config.enableProgressTracking);
  }

  get state(): BulkOperationState {
    return this.current;
  }

  /** How far it is, after every batch; completes when the operation has ended, in whichever way. */
  get progress$(): Observable<BulkProgress> {
    return this.progress.observable;
  }

  /** Is called after every batch. What it throws is kept in the metrics, and aborts nothing. */
  addProgressCallback(callback: BulkProgressCallback): void {
    this.progress.addCallback(
      requireCallback(callback, 'callback of addProgressCallback', '(processed, total, message)'),
    );
  }

  /**
   * Runs the operation while its results are asked for: it begins with the first, never reads further ahead than `maxConcurrency`
   * batches, and is cancelled when the consumer leaves. A batch that fails is a result with its error.
   *
   * @returns the results in the order of the items; without those of batches that an earlier run had completed.
   * @throws BulkOperationError when it is not pending, has no processor, or its source fails; BulkOperationTimeoutError;
   *   BulkOperationCancelledError: all of them from the iterator.
   */
  execute(items: BulkItems<T>, processor?: undefined, operationId?: string): Results<T, R>;
  execute<U = T, S = R>(
    items: BulkItems<U>,
    processor: BulkProcessor<U, S>,
    operationId?: string | BulkExecuteOptions<U, S>,
  ): Results<U, S>;
  execute<U = T, S = R>(items: BulkItems<U>, options: BulkExecuteOptions<U, S>): Results<U, S>;
  execute(items: BulkItems<T>, processor?: unknown, operationId?: unknown): Results<T, R> {
    const keys = ['processor', 'operationId'] as const;
    const options = readOptional<BulkExecuteOptions<T, R>>(keys, [processor, operationId]);
    refuseUnknownOptions(options, EXECUTE, 'execute of bulk operation');
    requireParts(options);
    text(options.operationId, 'operationId of bulk operation');
    let run: BulkRun<T, R> | undefined;
    let hasLeft = false;
    const results: Results<T, R> = {
      [Symbol.asyncIterator]: () => results,
      next: () => {
        if (run !== undefined) return run.next();
        if (hasLeft) return Promise.resolve({ done: true, value: undefined });
        try {
          run = this.begin(items, options);
        } catch (error) {
          hasLeft = true;
          return rejected(error);
        }
        return run.next();
      },
      return: async () => {
        hasLeft = true;
        run?.stop('cancelled');
        await run?.close();
        return { done: true, value: undefined };
      },
    };
    return results;
  }

  /** Ends the operation as `cancelled`: whoever waits for a result gets a BulkOperationCancelledError, and processors an aborted signal. */
  async cancel(): Promise<void> {
    if (this.current === BulkOperationState.PENDING) this.current = BulkOperationState.CANCELLED;
    this.run?.stop('cancelled', new BulkOperationCancelledError());
  }

  /** Cancels the operation if it runs, and waits until its processors have ended, for a few seconds at most. */
  async shutdown(): Promise<void> {
    await this.cancel();
    await this.run?.settled();
    await this.run?.close();
  }

  /** Forgets which batches of an operation are done, so that it begins from scratch. */
  async clearCheckpoint(operationId: string): Promise<void> {
    const { checkpointStore } = this.options;
    if (checkpointStore !== undefined) await BulkCheckpoint.clear(checkpointStore, operationId);
  }

  private begin(items: BulkItems<T>, options: BulkExecuteOptions<T, R>): BulkRun<T, R> {
    if (this.current === BulkOperationState.CANCELLED) throw new BulkOperationCancelledError();
    if (this.current !== BulkOperationState.PENDING) {
      throw new BulkOperationError(
        `The bulk operation is ${this.current}, and one operation runs once. Make a new one.`,
        undefined,
        'WORKFLOW_STATE',
      );
    }
    const processor = options.processor ?? this.options.processor;
    if (typeof processor !== 'function') {
      throw new BulkOperationError(
        'The bulk operation has no processor. Give one to its constructor, or to execute.',
        undefined,
        'WORKFLOW_DEFINITION',
      );
    }
    const { config, metrics, progress, clock } = this;
    const { checkpointStore, circuitBreaker = config.circuitBreakerConfig ?? undefined } = this.options;
    const { operationId } = options;
    const source = batchSource(items, config.batchSize);
    const checkpoint =
      checkpointStore === undefined || operationId === undefined
        ? undefined
        : new BulkCheckpoint(checkpointStore, operationId, (error) => metrics.recordError(error));
    this.current = BulkOperationState.RUNNING;
    const onEnd = (end: BulkRunEnd): void => void (this.current = end);
    const plan = { source, processor, breaker: circuitBreaker, checkpoint, config, metrics, progress, clock, onEnd };
    return (this.run = new BulkRun(plan));
  }
}

/** @throws WorkflowOptionsError naming what cannot do its work: it would otherwise be tried, and fail, batch by batch. */
function requireParts(options: BulkOperationOptions<never, unknown>): void {
  const { processor, circuitBreaker, checkpointStore, onProgress, onComplete, onError } = options;
  callback(processor, 'processor of bulk operation', '(items, batch) => results');
  requireMethods(circuitBreaker, ['execute'], 'circuitBreaker of bulk operation', 'execute(fn)');
  const store = 'get, set and delete, such as a Map';
  requireMethods(checkpointStore, ['get', 'set', 'delete'], 'checkpointStore of bulk operation', store);
  for (const [name, hook] of Object.entries({ onProgress, onComplete, onError }))
    callback(hook, `${name} of bulk operation`, '(processed, total, message)');
}

const EXECUTE = knownOptions<BulkExecuteOptions>({ processor: true, operationId: true });

/** Settings are told from options by their names, so that either may stand first. */
function isConfig(given: unknown): boolean {
  if (given instanceof BulkOperationConfig) return true;
  if (typeof given !== 'object' || given === null) return false;
  const names = Object.keys(given);
  return names.length > 0 && !names.some((name) => OPTIONS.has(name));
}

const OPTIONS = knownOptions<BulkOperationOptions>({
  config: true,
  processor: true,
  circuitBreaker: true,
  checkpointStore: true,
  clock: true,
  onProgress: true,
  onComplete: true,
  onError: true,
});
