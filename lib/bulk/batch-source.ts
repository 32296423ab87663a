import { describeValue } from '../core/errors/index.js';
import { BulkOperationError } from './errors/bulk-operation.error.js';

/** What can be processed in bulk. @publicApi */
export type BulkItems<T> = readonly T[] | Iterable<T> | AsyncIterable<T>;

/** Cuts items into batches, each when it is asked for, never reading ahead of that. @internal */
export interface BatchSource<T> {
  /** How many items there are, where that is known beforehand. */
  readonly length: number | undefined;
  /** The next batch; `undefined` after the last. Not asked again before it has answered. */
  take(): readonly T[] | undefined | Promise<readonly T[] | undefined>;
  /** Nothing more is taken. */
  close(): unknown;
}

/** @throws BulkOperationError when they are no items; a text is none, whose characters are hardly meant. @internal */
export function batchSource<T>(items: BulkItems<T>, batchSize: number): BatchSource<T> {
  if (Array.isArray(items)) return new ArraySource(items as readonly T[], batchSize);
  const source = (typeof items === 'string' ? undefined : items) as
    Partial<Iterable<T> & AsyncIterable<T>> | null | undefined;
  if (typeof source?.[Symbol.asyncIterator] === 'function')
    return new AsyncSource((source as AsyncIterable<T>)[Symbol.asyncIterator](), batchSize);
  if (typeof source?.[Symbol.iterator] === 'function')
    return new IteratorSource((source as Iterable<T>)[Symbol.iterator](), batchSize);
  throw new BulkOperationError(
    `A bulk operation needs items, and was given ${describeValue(items)}. Give it an array, an iterable or an async iterable.`,
    undefined,
    'WORKFLOW_DEFINITION',
  );
}

class ArraySource<T> implements BatchSource<T> {
  private position = 0;

  constructor(
    private readonly items: readonly T[],
    private readonly batchSize: number,
  ) {}

  get length(): number {
    return this.items.length;
  }

  take(): readonly T[] | undefined {
    const { position, items } = this;
    if (position >= items.length) return undefined;
    this.position += this.batchSize;
    return items.slice(position, this.position);
  }

  close(): void {}
}

class IteratorSource<T> implements BatchSource<T> {
  readonly length = undefined;
  private isDone = false;

  constructor(
    private readonly iterator: Iterator<T>,
    private readonly batchSize: number,
  ) {}

  take(): readonly T[] | undefined {
    const batch: T[] = [];
    while (!this.isDone && batch.length < this.batchSize) {
      const next = this.iterator.next();
      if (next.done === true) this.isDone = true;
      else batch.push(next.value);
    }
    return batch.length === 0 ? undefined : batch;
  }

  close(): void {
    if (!this.isDone) this.iterator.return?.();
    this.isDone = true;
  }
}

class AsyncSource<T> implements BatchSource<T> {
  readonly length = undefined;
  private isDone = false;

  constructor(
    private readonly iterator: AsyncIterator<T>,
    private readonly batchSize: number,
  ) {}

  async take(): Promise<readonly T[] | undefined> {
    const batch: T[] = [];
    while (!this.isDone && batch.length < this.batchSize) {
      const next = await this.iterator.next();
      if (next.done === true) this.isDone = true;
      else batch.push(next.value);
    }
    return batch.length === 0 ? undefined : batch;
  }

  async close(): Promise<void> {
    if (!this.isDone) await this.iterator.return?.();
    this.isDone = true;
  }
}
