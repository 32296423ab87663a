import type { BulkBatchContext, BulkBatchResult } from '../../lib/bulk/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';

export const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
export const double = (items: readonly number[]) => items.map((item) => item * 2);
export const endless = () => new Promise<never>(() => undefined);

/** All results. */
export async function collect<T, R>(results: AsyncIterable<BulkBatchResult<T, R>>): Promise<BulkBatchResult<T, R>[]> {
  const all: BulkBatchResult<T, R>[] = [];
  for await (const result of results) all.push(result);
  return all;
}

/** Reads nothing before it is asked to, and writes down how far it was read and whether it was closed. */
export function source(count: number) {
  const read = { items: 0, isClosed: false };
  async function* items() {
    try {
      for (; read.items < count;) yield read.items++;
    } finally {
      read.isClosed = true;
    }
  }
  return { read, items: items() };
}

/** Processors that end when the test says so. */
export function gates() {
  const open = new Map<number, (results: number[]) => void>();
  const begun: number[] = [];
  const processor = (items: readonly number[], { batchId }: BulkBatchContext) => {
    begun.push(batchId);
    return new Promise<number[]>((resolve) => open.set(batchId, () => resolve(double(items))));
  };
  return { begun, processor, end: (batchId: number) => open.get(batchId)?.([]) };
}

/** A clock that work without a promise moves. */
export class WorkClock extends VirtualClock {
  private workedMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.workedMs;
  }

  work(ms: number): void {
    this.workedMs += ms;
  }
}

/** Lets everything run that does not wait for time. */
export async function settle(): Promise<void> {
  const clock = new VirtualClock();
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => clock.macrotask(resolve));
}
