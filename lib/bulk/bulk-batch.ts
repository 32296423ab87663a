/** Why a batch failed, as plain facts. @publicApi */
export interface BulkBatchError {
  readonly batchId: number;
  /** What the error said. */
  readonly error: string;
  /** The name of the error's class. */
  readonly errorType: string;
  /** Attempts after the first. */
  readonly retryCount: number;
  /** When it was given up: seconds of a clock that never goes back. */
  readonly timestamp: number;
  /** What was thrown. */
  readonly cause?: unknown;
}

/** What a processor is told of its batch besides the items. @publicApi */
export interface BulkBatchContext {
  /** From 0, in the order of the items. */
  readonly batchId: number;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the operation is cancelled, runs out of time, or its consumer leaves. */
  readonly signal: AbortSignal;
}

/** Turns a batch into as many results as it has items. @publicApi */
export type BulkProcessor<T, R> = (
  items: readonly T[],
  context: BulkBatchContext,
) => readonly R[] | PromiseLike<readonly R[]>;

/** What became of one batch. @publicApi */
export class BulkBatchResult<T = unknown, R = unknown> {
  constructor(
    /** From 0, in the order of the items. */
    readonly batchId: number,
    readonly items: readonly T[],
    /** One for each item; none when the batch failed. */
    readonly results: readonly R[],
    /** Why it failed, if it did. */
    readonly error: BulkBatchError | undefined,
    private readonly durationMs: number,
  ) {}

  /** From the first attempt to the last, in seconds. */
  get duration(): number {
    return this.durationMs / 1_000;
  }

  get isSuccessful(): boolean {
    return this.error === undefined;
  }

  /** Items that were processed. */
  get successCount(): number {
    return this.isSuccessful ? this.items.length : 0;
  }

  /** Items that were lost: all of them when the batch failed. */
  get errorCount(): number {
    return this.isSuccessful ? 0 : this.items.length;
  }
}

/** @internal */
export function batchError(batchId: number, cause: unknown, retryCount: number, timestampMs: number): BulkBatchError {
  const isError = cause instanceof Error;
  return {
    batchId,
    error: isError ? cause.message : String(cause),
    errorType: isError ? cause.name : typeof cause,
    retryCount,
    timestamp: timestampMs / 1_000,
    cause,
  };
}
