import { collect, double, gates, numbers, settle, source } from '../../test/utils/bulk-work.js';
import { VirtualClock } from '../core/time/index.js';
import {
  BulkOperation,
  BulkOperationConfig,
  BulkOperationError,
  type BulkBatchContext,
  type BulkOperationOptions,
} from './index.js';

describe('BulkOperation', () => {
  it.each([
    ['an array', () => numbers(7)],
    ['an iterable', () => new Set(numbers(7))],
    ['an async iterable', () => source(7).items],
  ])('cuts %s into batches, the last of which may be smaller, and answers them in order', async (_kind, items) => {
    const operation = new BulkOperation({ batchSize: 3 }, double);

    const results = await collect(operation.execute(items()));

    expect(results.map(({ batchId }) => batchId)).toEqual([0, 1, 2]);
    expect(results.map(({ items: batch }) => batch)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(results.flatMap(({ results: each }) => each)).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(results.every(({ isSuccessful, error }) => isSuccessful && error === undefined)).toBe(true);
    expect(operation.state).toBe('completed');
  });

  it('of nothing completes with nothing, and a success rate of 100', async () => {
    const operation = new BulkOperation({}, double);

    expect(await collect(operation.execute([]))).toEqual([]);
    expect(operation).toMatchObject({ state: 'completed', metrics: { successRate: 100, processedItems: 0 } });
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a processor', () => new BulkOperation({}, 5 as never), /processor of bulk operation/],
    ['a breaker', () => new BulkOperation({ circuitBreaker: new Map() as never }), /circuitBreaker of.*execute\(fn\)/],
    ['a store', () => new BulkOperation({ checkpointStore: new Set() as never }), /checkpointStore of.*get, set and/],
    ['a hook', () => new BulkOperation({ onError: 1 as never }), /onError of bulk operation/],
    [
      'another processor',
      () => new BulkOperation({}, double).execute([1], 'p' as never),
      /processor of bulk operation/,
    ],
    ['an id', () => new BulkOperation({}, double).execute([1], undefined, 7 as never), /operationId of bulk operation/],
  ])('refuses %s that cannot do its work, before it would be tried batch by batch', (_what, build, message) => {
    expect(build).toThrow(message);
  });

  it('goes through the circuit breaker of its config, unless it has one of its own', async () => {
    const breaker = () => {
      const calls: unknown[] = [];
      const execute = async (fn: () => unknown) => (calls.push(fn), fn()) as never;
      return { calls, execute };
    };
    const [shared, own] = [breaker(), breaker()];
    const config = new BulkOperationConfig({ circuitBreakerConfig: shared });

    await collect(new BulkOperation(config, double).execute(numbers(25)));
    await collect(new BulkOperation(config, double, own).execute(numbers(25)));

    expect([shared.calls.length, own.calls.length]).toEqual([3, 3]);
  });

  it('takes a processor for one execution in place of its own, by position or by name', async () => {
    const negate = (items: readonly number[]) => items.map((item) => -item);

    const [first] = await collect(new BulkOperation({}, double).execute([1, 2], negate));
    const [second] = await collect(new BulkOperation<number>().execute([1, 2], { processor: negate }));

    expect([first?.results, second?.results]).toEqual([
      [-1, -2],
      [-1, -2],
    ]);
  });

  it('without a processor is refused, and can still be executed with one', async () => {
    const operation = new BulkOperation<number, number>({ batchSize: 1 });

    await expect(operation.execute([1]).next()).rejects.toThrow(/has no processor/);
    expect(operation.state).toBe('pending');
    expect(await collect(operation.execute([1], double))).toHaveLength(1);
  });

  it('runs once: what is not pending is not executed', async () => {
    const operation = new BulkOperation({}, double);
    const first = operation.execute([1]);
    expect(operation.state).toBe('pending');

    await first.next();

    expect(operation.state).toBe('running');
    await expect(operation.execute([1]).next()).rejects.toThrow(BulkOperationError);
    await expect(operation.execute([1]).next()).rejects.toThrow(/is running, and one operation runs once/);
  });

  it('takes its arguments by position in the documented order, or all of them in one object', async () => {
    const calls: string[] = [];
    const breaker = {
      execute: async <T>(fn: () => T | PromiseLike<T>) => {
        calls.push('breaker');
        return fn();
      },
    };
    const store = new Map<string, unknown>();
    const config = new BulkOperationConfig({ batchSize: 2 });
    const onComplete = () => void calls.push('complete');

    await collect(new BulkOperation(config, double, breaker, store, { onComplete }).execute([1, 2], undefined, 'op'));
    const all = { config, processor: double, circuitBreaker: breaker, checkpointStore: store, onComplete };
    await collect(new BulkOperation(all).execute([1, 2, 3], { operationId: 'op' }));

    expect(calls).toEqual(['breaker', 'complete', 'breaker', 'complete']);
  });

  it('refuses an option that there is not', () => {
    const misspelt = { procesor: double } as BulkOperationOptions;

    expect(() => new BulkOperation(misspelt)).toThrow(/"procesor"|Did you mean "processor"/);
    expect(() => new BulkOperation({ config: {}, batchSize: 3 } as BulkOperationOptions)).toThrow(
      /"batchSize of bulk operation"/,
    );
  });
});

describe('The concurrency of a BulkOperation', () => {
  it('is at most maxConcurrency batches, whose results come in their order whichever ends first', async () => {
    const { begun, processor, end } = gates();
    const operation = new BulkOperation({ batchSize: 2, maxConcurrency: 2 }, processor);
    const results = collect(operation.execute(numbers(8)));
    await settle();
    expect(begun).toEqual([0, 1]);

    end(1);
    await settle();
    expect(begun).toEqual([0, 1]);
    end(0);
    await settle();
    expect(begun).toEqual([0, 1, 2, 3]);
    end(3);
    end(2);

    expect((await results).map(({ batchId }) => batchId)).toEqual([0, 1, 2, 3]);
  });

  it('bounds what is read ahead of a consumer that takes its time', async () => {
    const { read, items } = source(1_000);
    const operation = new BulkOperation({ batchSize: 10, maxConcurrency: 3 }, double);
    const results = operation.execute(items);
    await settle();
    expect(read.items).toBe(0);

    await results.next();
    await settle();

    expect(read.items).toBe(40);
    await results.return?.();
  });

  it('answers several calls of next in turn', async () => {
    const results = new BulkOperation({ batchSize: 1 }, async (items: readonly number[]) => items).execute(numbers(3));

    const four = await Promise.all([results.next(), results.next(), results.next(), results.next()]);

    expect(four.map(({ value }) => value?.batchId)).toEqual([0, 1, 2, undefined]);
    expect(four.map(({ done }) => done)).toEqual([false, false, false, true]);
  });
});

describe('A batch of a BulkOperation', () => {
  const failing = (failures: number) => {
    const seen: { batchId: number; attempt: number }[] = [];
    const processor = (items: readonly number[], { batchId, attempt }: BulkBatchContext) => {
      seen.push({ batchId, attempt });
      if (batchId === 1 && attempt <= failures) throw new TypeError(`no ${attempt}`);
      return double(items);
    };
    return { seen, processor };
  };

  it('is tried again after the delay, and after twice that for every further attempt', async () => {
    const clock = new VirtualClock();
    const { seen, processor } = failing(3);
    const operation = new BulkOperation({ batchSize: 1 }, processor, { clock });
    const results = collect(operation.execute([1, 2]));
    await settle();
    const attemptsAt: number[] = [];
    for (let seconds = 0; seconds <= 7; seconds++) {
      attemptsAt.push(seen.filter(({ batchId }) => batchId === 1).length);
      await clock.advance('1s');
    }

    expect(attemptsAt).toEqual([1, 2, 2, 3, 3, 3, 3, 4]);
    expect((await results).map(({ isSuccessful }) => isSuccessful)).toEqual([true, true]);
  });

  it('that fails for good is a result with a structured error, and the operation completes all the same', async () => {
    const clock = new VirtualClock();
    await clock.advance('5s');
    const before = clock.monotonic() / 1_000;
    const operation = new BulkOperation({ batchSize: 2, retryAttempts: 2 }, failing(9).processor, { clock });
    const results = collect(operation.execute([1, 2, 3, 4, 5, 6]));
    await settle();
    await clock.advance('3s');

    const [, lost] = await results;

    expect(lost).toMatchObject({ batchId: 1, items: [3, 4], results: [], isSuccessful: false, duration: 3 });
    expect(lost).toMatchObject({ successCount: 0, errorCount: 2 });
    expect(lost?.error).toEqual({
      batchId: 1,
      error: 'no 3',
      errorType: 'TypeError',
      retryCount: 2,
      timestamp: before + 3,
      cause: expect.any(TypeError) as TypeError,
    });
    expect(operation.state).toBe('completed');
    // The two items of the batch are lost, although only one error was thrown.
    expect(operation.metrics).toMatchObject({ successfulItems: 4, failedItems: 2, failedBatches: 1 });
    expect(operation.metrics.successRate).toBeCloseTo(66.67, 1);
  });

  it.each([
    ['fewer results', () => [1], /answered 1 results for batch 0, which has 2 items/],
    ['no array', () => 'ab', /answered string and no array/],
  ])('whose processor answers %s than it has items fails, and is not tried again', async (_what, answer, message) => {
    let calls = 0;
    const processor = async () => {
      calls++;
      return answer() as number[];
    };

    const [result] = await collect(new BulkOperation({ processor }).execute([1, 2]));

    expect(result?.error?.error).toMatch(message);
    expect(calls).toBe(1);
  });

  it('goes through the circuit breaker at each attempt, and fails as the breaker says', async () => {
    const clock = new VirtualClock();
    let passed = 0;
    const circuitBreaker = {
      execute: async <T>(fn: () => T | PromiseLike<T>): Promise<T> => {
        if (++passed > 2) throw new Error('The circuit is open.');
        return fn();
      },
    };
    const config = { batchSize: 1, maxConcurrency: 1, retryAttempts: 1 };
    const operation = new BulkOperation(config, failing(9).processor, circuitBreaker, { clock });
    const results = collect(operation.execute([1, 2]));
    await settle();
    await clock.advance('1s');

    const [done, lost] = await results;

    expect(done?.isSuccessful).toBe(true);
    expect(lost?.error).toMatchObject({ error: 'The circuit is open.', retryCount: 1 });
  });
});
