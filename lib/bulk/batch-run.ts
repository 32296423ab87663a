import type { AbortScope } from '../core/cancellation/index.js';
import { readable } from '../core/errors/index.js';
import { isThenable } from '../core/options/index.js';
import { decideRetry, type RetryPolicy } from '../core/policies/index.js';
import { delay, type Clock } from '../core/time/index.js';
import { BulkBatchResult, batchError, type BulkBatchContext, type BulkProcessor } from './bulk-batch.js';
import type { BulkCheckpoint } from './bulk-checkpoint.js';
import { BulkOperationError } from './errors/bulk-operation.error.js';

/** Anything that runs a function under a policy of its own, such as a circuit breaker of cockatiel. @publicApi */
export interface BulkCircuitBreaker {
  execute<T>(fn: () => T | PromiseLike<T>): Promise<T>;
}

/** What the batches of one operation have in common. @internal */
export interface BatchWork<T, R> {
  readonly processor: BulkProcessor<T, R>;
  readonly breaker: BulkCircuitBreaker | undefined;
  readonly checkpoint: BulkCheckpoint | undefined;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly scope: AbortScope;
  /** Called once for each batch, also when the operation has been stopped meanwhile. */
  onEnd(batch: BatchRun<T, R>): void;
  /** What is wrong concerns the whole operation. */
  onRefusal(error: unknown): void;
}

/**
 * One batch under way, and what its processor is told of it. Makes no promise where its processor answers without one.
 *
 * @internal
 */
export class BatchRun<T, R> implements BulkBatchContext {
  attempt = 1;
  hasEnded = false;
  /** Missing from a batch that has ended: an earlier run had done it. */
  result: BulkBatchResult<T, R> | undefined;
  /** The batch after this one, once it has begun. */
  next: BatchRun<T, R> | undefined;
  private identity: string | undefined;
  private readonly startedAt: number;

  constructor(
    readonly batchId: number,
    private readonly position: number,
    readonly items: readonly T[],
    private readonly work: BatchWork<T, R>,
  ) {
    this.startedAt = work.clock.monotonic();
  }

  get signal(): AbortSignal {
    return this.work.scope.signal;
  }

  begin(): void {
    if (this.work.checkpoint === undefined) this.try();
    else void this.beginUnlessDone(this.work.checkpoint);
  }

  private async beginUnlessDone(checkpoint: BulkCheckpoint): Promise<void> {
    try {
      this.identity = checkpoint.identify(this.items, this.position);
      if (await checkpoint.has(this.batchId, this.identity)) this.end(undefined);
      else this.try();
    } catch (error) {
      this.work.onRefusal(error);
      this.end(undefined);
    }
  }

  private try(): void {
    const { processor, breaker, scope } = this.work;
    if (scope.aborted) return this.end(undefined);
    let answer: readonly R[] | PromiseLike<readonly R[]>;
    try {
      answer =
        breaker === undefined ? processor(this.items, this) : breaker.execute(async () => processor(this.items, this));
    } catch (error) {
      return this.tryAgain(error);
    }
    if (!isThenable(answer)) return this.succeed(answer);
    answer.then(
      (results) => this.succeed(results),
      (error: unknown) => this.tryAgain(error),
    );
  }

  private tryAgain(thrown: unknown): void {
    const { policy, clock, scope } = this.work;
    if (scope.aborted) return this.end(undefined);
    const error = readable(thrown);
    const decision = decideRetry(policy, this.attempt, error, withoutChance);
    if (!decision.retry) return this.fail(error);
    delay(clock, decision.delayMs, scope.signal).then(
      () => {
        this.attempt++;
        this.try();
      },
      () => this.end(undefined),
    );
  }

  private succeed(results: readonly R[]): void {
    const count = this.items.length;
    if (!Array.isArray(results) || results.length !== count) {
      const found = Array.isArray(results) ? `${results.length} results` : `${typeof results} and no array`;
      return this.fail(
        new BulkOperationError(
          `The processor answered ${found} for batch ${this.batchId}, which has ${count} items. Answer one result for each item, in their order.`,
        ),
      );
    }
    const { checkpoint } = this.work;
    if (checkpoint === undefined) return this.end(this.toResult(results));
    void checkpoint.save(this.batchId, this.identity as string).then(() => this.end(this.toResult(results)));
  }

  private fail(error: unknown): void {
    const now = this.work.clock.monotonic();
    this.end(this.toResult([], batchError(this.batchId, error, this.attempt - 1, now)));
  }

  private toResult(results: readonly R[], error?: BulkBatchResult['error']): BulkBatchResult<T, R> {
    const durationMs = this.work.clock.monotonic() - this.startedAt;
    return new BulkBatchResult(this.batchId, this.items, results, error, durationMs);
  }

  private end(result: BulkBatchResult<T, R> | undefined): void {
    this.result = result;
    this.hasEnded = true;
    this.work.onEnd(this);
  }
}

/** The documented delays have no jitter. */
function withoutChance(): number {
  return 0;
}
