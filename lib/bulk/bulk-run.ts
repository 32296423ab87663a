import { AbortScope } from '../core/cancellation/index.js';
import { resolveRetry, type RetryPolicy } from '../core/policies/index.js';
import { delay, type Clock } from '../core/time/index.js';
import { BatchRun, type BatchWork } from './batch-run.js';
import type { BatchSource } from './batch-source.js';
import type { BulkBatchResult } from './bulk-batch.js';
import type { BulkOperationConfig } from './bulk-operation-config.js';
import type { BulkOperationMetrics } from './bulk-operation-metrics.js';
import { BulkOperationError, BulkOperationTimeoutError } from './errors/bulk-operation.error.js';
import type { ProgressLine } from './progress-line.js';
import { RunPace } from './run-pace.js';

/** How a run ended. @internal */
export type BulkRunEnd = 'completed' | 'failed' | 'cancelled';

/** What a run is made of, put together when it begins. @internal */
export interface BulkRunPlan<T, R> extends Pick<BatchWork<T, R>, 'processor' | 'breaker' | 'checkpoint'> {
  readonly source: BatchSource<T>;
  readonly config: BulkOperationConfig;
  readonly metrics: BulkOperationMetrics;
  readonly progress: ProgressLine;
  readonly clock: Clock;
  onEnd(end: BulkRunEnd): void;
}

type Step<T, R> = IteratorResult<BulkBatchResult<T, R>, undefined>;

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** How long a shutdown waits for processors that do not heed their signal. */
const SETTLE_MS = 5_000;

/**
 * Runs batches, and hands their results out in their order. A window of `maxConcurrency` batches is between the source and the
 * consumer: begun and not yet handed out. The source is read when there is room in it, so memory does not grow with the items.
 *
 * @internal
 */
export class BulkRun<T, R> implements BatchWork<T, R> {
  readonly scope = new AbortScope();
  private isReading = false;
  private isExhausted = false;
  private isFilling = false;
  private isTelling = false;
  private isOver = false;
  /** To be thrown by the next step. */
  private failure: { readonly error: unknown } | undefined;
  private sourceFailure: { readonly error: unknown } | undefined;
  private head: BatchRun<T, R> | undefined;
  private tail: BatchRun<T, R> | undefined;
  private inWindow = 0;
  private underWay = 0;
  private begun = 0;
  private position = 0;
  readonly policy: RetryPolicy;
  private readonly pace: RunPace;
  private readonly waiters: { resolve(step: Step<T, R> | Promise<Step<T, R>>): void; reject(error: unknown): void }[] =
    [];
  private onIdle: (() => void) | undefined;

  constructor(private readonly plan: BulkRunPlan<T, R>) {
    const { config, clock, metrics, source } = plan;
    const { length = 0 } = source;
    this.policy = resolveRetry(config.retry);
    this.pace = new RunPace(clock, config.timeoutMs, () => this.expire());
    metrics.recordStart(length, Math.ceil(length / config.batchSize));
  }

  get processor(): BatchWork<T, R>['processor'] {
    return this.plan.processor;
  }
  get breaker(): BatchWork<T, R>['breaker'] {
    return this.plan.breaker;
  }
  get checkpoint(): BatchWork<T, R>['checkpoint'] {
    return this.plan.checkpoint;
  }
  get clock(): Clock {
    return this.plan.clock;
  }

  /** The next result; those who ask before it is there are answered in turn. */
  next(): Promise<Step<T, R>> {
    const rest = this.pace.look();
    if (rest !== undefined) return rest.then(() => this.next());
    if (this.waiters.length > 0 || this.isTelling) return this.waitInLine();
    try {
      const step = this.produce();
      return step === undefined ? this.waitInLine() : Promise.resolve(step);
    } catch (error) {
      return rejected(error);
    }
  }

  /** Ends the run before its time; the step that is asked for next, or was last, rejects with the error, if there is one. */
  stop(end: BulkRunEnd, error?: Error): void {
    if (this.isOver) return;
    const { progress, metrics } = this.plan;
    if (error === undefined) progress.end();
    else {
      if (end === 'failed') metrics.recordError(error);
      void progress.failed(error.message);
      this.failure = { error };
    }
    this.finish(end);
    this.scope.abort(error ?? new BulkOperationError('The consumer of the results has left.'));
    void this.close();
    this.wake();
  }

  /** Closes the source, unless it is just being read: then it is closed after that. */
  async close(): Promise<void> {
    try {
      const closed = this.plan.source.close();
      if (!this.isReading) await closed;
      else if (closed instanceof Promise) closed.catch(() => undefined);
    } catch (error) {
      this.plan.metrics.recordError(error);
    }
  }

  /** Resolves when no processor is under way any more, or has had its time to end. */
  async settled(): Promise<void> {
    if (this.underWay === 0) return;
    const over = new AbortScope();
    const patience = delay(this.plan.clock, SETTLE_MS, over.signal).catch(() => undefined);
    await Promise.race([patience, new Promise<void>((resolve) => (this.onIdle = resolve))]);
    over.abort(undefined);
  }

  onEnd(batch: BatchRun<T, R>): void {
    this.underWay--;
    if (this.underWay === 0) this.onIdle?.();
    if (batch === this.head && !this.isFilling) this.wake();
  }

  onRefusal(error: unknown): void {
    this.stop('failed', error instanceof Error ? error : new BulkOperationError(String(error)));
  }

  /** What comes next, if it is there. A promise when somebody who was told of it has to be waited for. */
  private produce(): Step<T, R> | Promise<Step<T, R>> | undefined {
    for (;;) {
      if (this.isOver) return this.afterEnd();
      this.fill();
      const { head } = this;
      if (head === undefined) {
        if (!this.isExhausted) return undefined;
        if (this.sourceFailure === undefined) return this.complete();
        this.stop('failed', sourceError(this.sourceFailure.error, this.begun));
        continue;
      }
      if (!head.hasEnded) return undefined;
      this.head = head.next;
      this.inWindow--;
      // The place is taken again while the consumer works on the result.
      const told = this.tell(head);
      this.fill();
      const { result } = head;
      if (result === undefined) continue;
      const step: Step<T, R> = { done: false, value: result };
      return told === undefined ? step : this.after(told, step);
    }
  }

  private tell({ result, items, batchId }: BatchRun<T, R>): Promise<void> | undefined {
    const { metrics, progress } = this.plan;
    if (result === undefined) {
      metrics.skippedItems += items.length;
      return undefined;
    }
    metrics.recordBatchResult(result);
    return progress.batchEnded(batchId, result.error?.error);
  }

  private fill(): void {
    this.isFilling = true;
    while (!this.isReading && !this.isExhausted && !this.isOver && this.inWindow < this.plan.config.maxConcurrency) {
      try {
        const taken = this.plan.source.take();
        if (taken instanceof Promise) this.read(taken);
        else this.accept(taken);
      } catch (error) {
        this.isExhausted = true;
        this.sourceFailure = { error };
      }
    }
    this.isFilling = false;
  }

  private read(taking: Promise<readonly T[] | undefined>): void {
    this.isReading = true;
    const goOn = (): void => {
      this.isReading = false;
      if (this.isOver) return;
      this.fill();
      this.wake();
    };
    taking.then(
      (items) => {
        if (!this.isOver) this.accept(items);
        goOn();
      },
      (error: unknown) => {
        this.isExhausted = true;
        this.sourceFailure = { error };
        goOn();
      },
    );
  }

  private accept(items: readonly T[] | undefined): void {
    if (items === undefined) {
      this.isExhausted = true;
      return;
    }
    const { metrics, source } = this.plan;
    if (source.length === undefined) {
      metrics.totalItems += items.length;
      metrics.totalBatches++;
    }
    const batch = new BatchRun(this.begun++, this.position, items, this);
    this.position += items.length;
    this.inWindow++;
    this.underWay++;
    if (this.head === undefined) this.head = batch;
    else (this.tail as BatchRun<T, R>).next = batch;
    this.tail = batch;
    batch.begin();
  }

  private complete(): Step<T, R> | Promise<Step<T, R>> {
    this.finish('completed');
    const told = this.plan.progress.completed();
    return told === undefined ? DONE : this.after(told, DONE);
  }

  private finish(end: BulkRunEnd): void {
    this.isOver = true;
    this.pace.release();
    this.plan.metrics.recordEnd();
    this.plan.onEnd(end);
  }

  private expire(): void {
    const { timeout } = this.plan.config;
    const limit = typeof timeout === 'number' ? `${timeout} s` : timeout;
    this.stop('failed', new BulkOperationTimeoutError(`Bulk operation timed out after ${limit}.`));
  }

  /** The failure once, then nothing more. */
  private afterEnd(): Step<T, R> {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
    return DONE;
  }

  private async after(told: Promise<void>, step: Step<T, R>): Promise<Step<T, R>> {
    this.isTelling = true;
    await told;
    this.isTelling = false;
    this.wake();
    return step;
  }

  private waitInLine(): Promise<Step<T, R>> {
    if (!this.isOver) this.pace.hold();
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
    });
  }

  private wake(): void {
    while (this.waiters.length > 0 && !this.isTelling) {
      let step: Step<T, R> | Promise<Step<T, R>> | undefined;
      try {
        step = this.produce();
      } catch (error) {
        this.waiters.shift()?.reject(error);
        continue;
      }
      if (step === undefined) return;
      this.waiters.shift()?.resolve(step);
    }
    if (this.waiters.length === 0) this.pace.release();
  }
}

function sourceError(cause: unknown, batches: number): BulkOperationError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new BulkOperationError(`The source of the items failed after ${batches} batches: ${message}`, { cause });
}

/** @internal */
export async function rejected(error: unknown): Promise<never> {
  throw error;
}
