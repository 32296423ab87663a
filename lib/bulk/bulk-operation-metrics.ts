import { systemClock, type Clock } from '../core/time/index.js';
import type { BulkBatchResult } from './bulk-batch.js';

/** How far an operation has come, as plain numbers. @publicApi */
export interface BulkProgress {
  /** Of a source whose length is not known: what was read so far. */
  readonly totalItems: number;
  readonly totalBatches: number;
  /** Items whose batch has ended in this run, in whichever way. */
  readonly processedItems: number;
  readonly successfulItems: number;
  /** Items that were lost with their batch. */
  readonly failedItems: number;
  /** Items of batches that an earlier run had completed. */
  readonly skippedItems: number;
  /** Batches that have ended in this run. */
  readonly processedBatches: number;
  readonly failedBatches: number;
  /** Seconds since the start; `null` before it. */
  readonly duration: number | null;
  /** Percent of the processed items; 100 while there are none. */
  readonly successRate: number;
  /** Processed items per second. */
  readonly throughput: number;
}

/** How many errors are kept; the others are only counted. */
const KEPT_ERRORS = 100;

/** Counts what becomes of the items of an operation. @publicApi */
export class BulkOperationMetrics implements BulkProgress {
  totalItems = 0;
  totalBatches = 0;
  processedItems = 0;
  successfulItems = 0;
  failedItems = 0;
  skippedItems = 0;
  processedBatches = 0;
  failedBatches = 0;
  /** Errors outside batches: of the source, of a hook. The first hundred. */
  readonly errors: unknown[] = [];
  private startedAt: number | undefined;
  private endedAt: number | undefined;

  constructor(private readonly clock: Clock = systemClock) {}

  recordStart(totalItems: number, totalBatches: number): void {
    this.totalItems = totalItems;
    this.totalBatches = totalBatches;
    this.startedAt = this.clock.monotonic();
    this.endedAt = undefined;
  }

  recordEnd(): void {
    this.endedAt = this.clock.monotonic();
  }

  recordBatchResult(result: BulkBatchResult): void {
    const { length } = result.items;
    this.processedBatches++;
    this.processedItems += length;
    if (result.isSuccessful) {
      this.successfulItems += length;
    } else {
      this.failedBatches++;
      this.failedItems += length;
    }
  }

  recordError(error: unknown): void {
    if (this.errors.length < KEPT_ERRORS) this.errors.push(error);
  }

  get duration(): number | null {
    if (this.startedAt === undefined) return null;
    return ((this.endedAt ?? this.clock.monotonic()) - this.startedAt) / 1_000;
  }

  get successRate(): number {
    return this.processedItems === 0 ? 100 : (this.successfulItems / this.processedItems) * 100;
  }

  get throughput(): number {
    const { duration } = this;
    return duration === null || duration === 0 ? 0 : this.processedItems / duration;
  }

  /** What they are now. */
  snapshot(): BulkProgress {
    const { totalItems, totalBatches, processedItems, successfulItems, failedItems, skippedItems } = this;
    const { processedBatches, failedBatches, duration, successRate, throughput } = this;
    return {
      ...{ totalItems, totalBatches, processedItems, successfulItems, failedItems, skippedItems },
      ...{ processedBatches, failedBatches, duration, successRate, throughput },
    };
  }
}
