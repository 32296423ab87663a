import { isThenable, requireCallback } from '../core/options/index.js';
import type { BulkItems } from './batch-source.js';
import type { BulkProcessor } from './bulk-batch.js';
import { BulkOperationConfig, type BulkOperationConfigOptions } from './bulk-operation-config.js';
import { BulkOperation } from './bulk-operation.js';
import { BulkOperationError } from './errors/bulk-operation.error.js';

type Config = BulkOperationConfig | BulkOperationConfigOptions;

/**
 * Takes each item through a function: one after the other within a batch, `maxConcurrency` batches at one time.
 *
 * @returns the answers in the order of the items.
 * @throws BulkOperationError when an item fails for good, with what it threw as the cause.
 * @publicApi
 */
export async function bulkMap<T, R>(
  items: BulkItems<T>,
  fn: (item: T) => R | PromiseLike<R>,
  config?: Config,
): Promise<R[]> {
  requireCallback(fn, 'fn of bulkMap', '(item) => result');
  const all: R[] = [];
  const processor: BulkProcessor<T, R> = (batch) => mapItems(batch, fn);
  await process('bulkMap', items, processor, BulkOperationConfig.of(config), (_batch, results) => {
    for (const result of results) all.push(result);
  });
  return all;
}

/**
 * Keeps the items for which the predicate holds, in their order.
 *
 * @throws BulkOperationError as {@link bulkMap} does
 * @publicApi
 */
export async function bulkFilter<T>(
  items: BulkItems<T>,
  predicate: (item: T) => boolean | PromiseLike<boolean>,
  config?: Config,
): Promise<T[]> {
  requireCallback(predicate, 'predicate of bulkFilter', '(item) => boolean');
  const kept: T[] = [];
  const processor: BulkProcessor<T, boolean> = (batch) => mapItems(batch, predicate);
  await process('bulkFilter', items, processor, BulkOperationConfig.of(config), (batch, results) => {
    for (const [index, item] of batch.entries()) if (results[index]) kept.push(item);
  });
  return kept;
}

/**
 * Folds the items into one value, in their order, each when the one before it is done. A batch that is tried again begins with the
 * value that the batch before it ended with.
 *
 * @throws BulkOperationError as {@link bulkMap} does
 * @publicApi
 */
export async function bulkReduce<T, A>(
  items: BulkItems<T>,
  fn: (value: A, item: T) => A | PromiseLike<A>,
  initial: A,
  config?: Config,
): Promise<A> {
  requireCallback(fn, 'fn of bulkReduce', '(value, item) => value');
  let value = initial;
  const fold: BulkProcessor<T, T> = async (batch) => {
    let own = value;
    for (const item of batch) {
      const answer = fn(own, item);
      own = isThenable(answer) ? await answer : answer;
    }
    value = own;
    return batch;
  };
  await process('bulkReduce', items, fold, BulkOperationConfig.of(config).with({ maxConcurrency: 1 }), () => undefined);
  return value;
}

async function process<T, R>(
  name: string,
  items: BulkItems<T>,
  processor: BulkProcessor<T, R>,
  config: BulkOperationConfig,
  take: (items: readonly T[], results: readonly R[]) => void,
): Promise<void> {
  const operation = new BulkOperation<T, R>({ config, processor });
  for await (const { batchId, items: batch, results, error } of operation.execute(items)) {
    if (error !== undefined)
      throw new BulkOperationError(`${name}: batch ${batchId} failed: ${error.error}`, { cause: error.cause });
    take(batch, results);
  }
}

/** Makes a promise only where the function answers with one. */
function mapItems<T, R>(batch: readonly T[], fn: (item: T) => R | PromiseLike<R>): R[] | Promise<R[]> {
  const results: R[] = [];
  for (let index = 0; index < batch.length; index++) {
    const answer = fn(batch[index] as T);
    if (isThenable(answer)) return mapRest(batch, fn, results, answer);
    results.push(answer);
  }
  return results;
}

async function mapRest<T, R>(
  batch: readonly T[],
  fn: (item: T) => R | PromiseLike<R>,
  results: R[],
  pending: PromiseLike<R>,
): Promise<R[]> {
  results.push(await pending);
  while (results.length < batch.length) results.push(await fn(batch[results.length] as T));
  return results;
}
