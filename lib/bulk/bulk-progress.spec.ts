import { collect, double, numbers, settle, WorkClock } from '../../test/utils/bulk-work.js';
import { BulkOperation, type BulkBatchContext, type BulkProgress } from './index.js';

describe('The progress of a BulkOperation', () => {
  it('is told to functions only', () => {
    expect(() => {
      new BulkOperation().addProgressCallback(5 as never);
    }).toThrow(/callback of addProgressCallback/);
  });

  const lossy = (items: readonly number[], { batchId }: BulkBatchContext) => {
    if (batchId === 1) throw new Error('no');
    return items;
  };

  it('is told to hooks: items done, items in all, and a message', async () => {
    const told: unknown[] = [];
    const hook =
      (name: string) =>
      (...args: unknown[]) =>
        void told.push([name, ...args]);
    const operation = new BulkOperation({
      config: { batchSize: 2, retryAttempts: 0 },
      processor: lossy,
      ...{ onProgress: hook('progress'), onComplete: hook('complete'), onError: hook('error') },
    });

    await collect(operation.execute(numbers(5)));

    expect(told).toEqual([
      ['progress', 2, 5, 'Batch 0 is done.'],
      ['progress', 4, 5, 'Batch 1 is lost.'],
      ['error', 4, 5, 'Batch 1 failed: no'],
      ['progress', 5, 5, 'Batch 2 is done.'],
      ['complete', 5, 5, 'The operation is complete. 2 items are lost.'],
    ]);
  });

  it('is complete once, also when every batch failed', async () => {
    const completed: string[] = [];
    const processor = () => {
      throw new Error('no');
    };
    const onComplete = (_processed: number, _total: number, message: string) => void completed.push(message);
    const operation = new BulkOperation({ config: { retryAttempts: 0 }, processor, onComplete });

    await collect(operation.execute(numbers(20)));

    expect(completed).toEqual(['The operation is complete. 20 items are lost.']);
  });

  it('is told to callbacks and observers, after each batch', async () => {
    const operation = new BulkOperation({ batchSize: 2 }, double);
    const rates: number[] = [];
    const observed: BulkProgress[] = [];
    let isComplete = false;
    operation.addProgressCallback(async (metrics) => void rates.push(metrics.processedItems));
    operation.progress$.subscribe({ next: (now) => observed.push(now), complete: () => (isComplete = true) });

    await collect(operation.execute(numbers(5)));

    expect(rates).toEqual([2, 4, 5]);
    expect(observed.map(({ processedItems, totalBatches }) => [processedItems, totalBatches])).toEqual([
      [2, 3],
      [4, 3],
      [5, 3],
    ]);
    expect(isComplete).toBe(true);
    let isCompleteLater = false;
    operation.progress$.subscribe({ complete: () => (isCompleteLater = true) });
    expect(isCompleteLater).toBe(true);
  });

  it('is not told batch by batch where that is switched off', async () => {
    const told: string[] = [];
    const operation = new BulkOperation({
      config: { enableProgressTracking: false },
      processor: double,
      onProgress: () => void told.push('progress'),
      onComplete: () => void told.push('complete'),
    });
    operation.addProgressCallback(() => void told.push('callback'));

    await collect(operation.execute([1]));

    expect(told).toEqual(['complete']);
  });

  it('goes on whatever those who are told throw; the metrics keep it', async () => {
    const operation = new BulkOperation({
      processor: double,
      onProgress: () => {
        throw new Error('hook');
      },
      onComplete: async () => {
        throw new Error('async hook');
      },
    });

    expect(await collect(operation.execute([1]))).toHaveLength(1);
    expect(operation.metrics.errors).toEqual([new Error('hook'), new Error('async hook')]);
    expect(operation.state).toBe('completed');
  });

  it('is waited for: a result is handed out when its hooks have ended', async () => {
    let release: (() => void) | undefined;
    const onProgress = () => new Promise<void>((resolve) => (release = resolve));
    const operation = new BulkOperation({ processor: double, onProgress });
    let isThere = false;
    const next = operation
      .execute([1])
      .next()
      .then(() => (isThere = true));
    await settle();
    expect(isThere).toBe(false);

    release?.();
    await next;
  });

  it('counts items per second, and seconds', async () => {
    const clock = new WorkClock();
    const operation = new BulkOperation({
      config: { batchSize: 10, maxConcurrency: 1 },
      clock,
      processor: (items: readonly number[]) => {
        clock.work(500);
        return items;
      },
    });
    expect(operation.metrics).toMatchObject({ duration: null, throughput: 0 });

    await collect(operation.execute(numbers(40)));

    expect(operation.metrics).toMatchObject({ duration: 2, throughput: 20, totalItems: 40, totalBatches: 4 });
  });
});

describe('The checkpoint of a BulkOperation', () => {
  function run(store: Map<string, unknown>, items: unknown[], batchSize: number, lose: number[] = []) {
    const processed: unknown[] = [];
    const operation = new BulkOperation({
      config: { batchSize, retryAttempts: 0 },
      checkpointStore: store,
      processor: (batch: readonly unknown[], { batchId }) => {
        if (lose.includes(batchId)) throw new Error('no');
        processed.push(...batch);
        return batch;
      },
    });
    return { operation, processed, results: () => collect(operation.execute(items, undefined, 'op-1')) };
  }

  it('makes an operation with the same id pass over the batches that were completed, and only over them', async () => {
    const store = new Map<string, unknown>();
    await run(store, numbers(6), 2, [1]).results();

    const again = run(store, numbers(6), 2);
    const results = await again.results();

    expect(results.map(({ batchId }) => batchId)).toEqual([1]);
    expect(again.processed).toEqual([2, 3]);
    expect(again.operation.metrics).toMatchObject({ skippedItems: 4, processedItems: 2, totalItems: 6 });
  });

  it('passes over nothing when another batch size cuts the items otherwise', async () => {
    const store = new Map<string, unknown>();
    await run(store, numbers(6), 2, [2]).results();

    const again = run(store, numbers(6), 3);
    await again.results();

    expect(again.processed).toEqual(numbers(6));
  });

  it('does not take a batch for another one that holds the same in another place', async () => {
    const store = new Map<string, unknown>();
    const same = Array.from({ length: 10 }, () => 'x');
    await run(store, same.slice(0, 4), 1).results();

    const again = run(store, same, 3);
    await again.results();

    expect(again.processed).toHaveLength(10);
  });

  it('runs a batch again whose items have changed', async () => {
    const store = new Map<string, unknown>();
    await run(store, [1, 2, 3, 4], 2).results();

    const again = run(store, [1, 2, 3, 5], 2);
    await again.results();

    expect(again.processed).toEqual([3, 5]);
  });

  it('is forgotten when it is cleared', async () => {
    const store = new Map<string, unknown>();
    const first = run(store, numbers(300), 1);
    await first.results();
    await first.operation.clearCheckpoint('op-1');
    expect(store.size).toBe(0);

    const again = run(store, numbers(300), 1);
    await again.results();

    expect(again.processed).toHaveLength(300);
  });

  it('needs items that JSON can tell apart', async () => {
    const { operation, results } = run(new Map(), [new Map([[1, 1]])], 2);

    await expect(results()).rejects.toThrow(/items\[0\]/);
    expect(operation.state).toBe('failed');
  });

  it('whose store fails is gone without, and the metrics say why', async () => {
    const failure = new Error('ECONNREFUSED');
    const fail = () => {
      throw failure;
    };
    const checkpointStore = { get: fail, set: fail, delete: fail };
    const operation = new BulkOperation({ checkpointStore, processor: double });

    expect(await collect(operation.execute([1], undefined, 'op'))).toHaveLength(1);
    expect(operation.metrics.errors).toContain(failure);
  });

  it('lasts a day in a store that forgets', async () => {
    const ttls = new Set<unknown>();
    const store = new Map<string, unknown>();
    const checkpointStore = {
      get: (key: string) => store.get(key),
      set: (key: string, value: unknown, ttlMs?: number) => ttls.add(ttlMs) && store.set(key, value),
      delete: (key: string) => store.delete(key),
    };

    await collect(new BulkOperation({ checkpointStore, processor: double }).execute([1], undefined, 'op'));

    expect([...ttls]).toEqual([86_400_000]);
  });
});
