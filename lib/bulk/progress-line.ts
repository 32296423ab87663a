import { Observable, Subject } from 'rxjs';
import { isThenable } from '../core/options/index.js';
import type { BulkOperationMetrics, BulkProgress } from './bulk-operation-metrics.js';

/** Told how far an operation is: items that are done, items in all, and a sentence. @publicApi */
export type BulkHook = (processed: number, total: number, message: string) => unknown;

/** @publicApi */
export interface BulkHooks {
  /** After each batch. */
  readonly onProgress?: BulkHook;
  /** Once, when the last batch has ended, whatever became of the batches. */
  readonly onComplete?: BulkHook;
  /** After each batch that failed, and when the operation itself does not come to its end. */
  readonly onError?: BulkHook;
}

/** @publicApi */
export type BulkProgressCallback = (metrics: BulkOperationMetrics) => unknown;

/** Tells whoever wants to know how an operation goes. What they throw is kept in the metrics, and aborts nothing. @internal */
export class ProgressLine {
  private readonly callbacks: BulkProgressCallback[] = [];
  private subject: Subject<BulkProgress> | undefined;
  private isOver = false;

  constructor(
    private readonly metrics: BulkOperationMetrics,
    private readonly hooks: BulkHooks,
    private readonly tellsBatches: boolean,
  ) {}

  get observable(): Observable<BulkProgress> {
    this.subject ??= new Subject();
    if (this.isOver) this.subject.complete();
    return this.subject.asObservable();
  }

  addCallback(callback: BulkProgressCallback): void {
    this.callbacks.push(callback);
  }

  /** @returns a promise when somebody who was told has to be waited for. */
  batchEnded(batchId: number, failure: string | undefined): Promise<void> | undefined {
    const { hooks, metrics, tellsBatches } = this;
    let open: Promise<void> | undefined;
    if (tellsBatches) {
      const what = failure === undefined ? 'done' : 'lost';
      open = this.call(hooks.onProgress, () => `Batch ${batchId} is ${what}.`);
      for (const callback of this.callbacks)
        open = both(
          open,
          this.guard(() => callback(metrics)),
        );
      this.subject?.next(metrics.snapshot());
    }
    if (failure === undefined) return open;
    return both(
      open,
      this.call(hooks.onError, () => `Batch ${batchId} failed: ${failure}`),
    );
  }

  completed(): Promise<void> | undefined {
    this.end();
    const { failedItems } = this.metrics;
    const lost = failedItems === 0 ? '' : ` ${failedItems} items are lost.`;
    return this.call(this.hooks.onComplete, () => `The operation is complete.${lost}`);
  }

  failed(message: string): Promise<void> | undefined {
    this.end();
    return this.call(this.hooks.onError, () => message);
  }

  end(): void {
    this.isOver = true;
    this.subject?.complete();
  }

  private call(hook: BulkHook | undefined, message: () => string): Promise<void> | undefined {
    if (hook === undefined) return undefined;
    const { processedItems, skippedItems, totalItems } = this.metrics;
    return this.guard(() => hook(processedItems + skippedItems, totalItems, message()));
  }

  private guard(work: () => unknown): Promise<void> | undefined {
    try {
      const answer = work();
      if (!isThenable(answer)) return undefined;
      return Promise.resolve(answer).then(
        () => undefined,
        (error: unknown) => this.metrics.recordError(error),
      );
    } catch (error) {
      this.metrics.recordError(error);
      return undefined;
    }
  }
}

function both(first: Promise<void> | undefined, second: Promise<void> | undefined): Promise<void> | undefined {
  return first === undefined || second === undefined ? (first ?? second) : first.then(() => second);
}
