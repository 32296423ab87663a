import { WorkflowOptionsError } from '../core/errors/index.js';
import {
  bulkFilter,
  bulkMap,
  BulkOperationCancelledError,
  BulkOperationConfig,
  BulkOperationError,
  BulkOperationMetrics,
  BulkOperationTimeoutError,
  BulkBatchResult,
  bulkReduce,
} from './index.js';

describe('BulkOperationConfig', () => {
  it('has the documented defaults', () => {
    expect({ ...new BulkOperationConfig() }).toEqual({
      batchSize: 10,
      maxConcurrency: 5,
      timeout: 300,
      retryAttempts: 3,
      retryDelay: 1,
      enableProgressTracking: true,
      circuitBreakerConfig: null,
      pipelineTimeout: Infinity,
    });
  });

  it('takes seconds as numbers, and durations with a unit', () => {
    expect(new BulkOperationConfig({ timeout: 1.5 }).timeoutMs).toBe(1_500);
    expect(new BulkOperationConfig({ timeout: '2m' }).timeoutMs).toBe(120_000);
    expect(new BulkOperationConfig({ timeout: Infinity }).timeoutMs).toBe(Infinity);
    expect(new BulkOperationConfig({ retryDelay: '250ms' }).retry.backoff).toMatchObject({ delay: 250 });
  });

  it.each([
    ['batchSize', 0],
    ['batchSize', 1.5],
    ['batchSize', '10'],
    ['maxConcurrency', 0],
    ['timeout', 0],
    ['timeout', -1],
    ['timeout', 'soon'],
    ['retryAttempts', -1],
    ['retryDelay', Number.NaN],
    ['enableProgressTracking', 'yes'],
    ['circuitBreakerConfig', { failureThreshold: 5 }],
    ['pipelineTimeout', 0],
    ['batchsize', 10],
  ])('refuses %s = %p by its name', (option, value) => {
    const build = () => new BulkOperationConfig({ [option]: value }, '', 'bulk');

    expect(build).toThrow(WorkflowOptionsError);
    expect(build).toThrow(expect.objectContaining({ option: `bulk.${option}`, value }) as Error);
  });

  it('takes a large concurrency, and no further attempts', () => {
    expect(new BulkOperationConfig({ maxConcurrency: 10_000, retryAttempts: 0 }).retry.attempts).toBe(1);
  });

  it('gives another one with some settings changed', () => {
    const config = new BulkOperationConfig({ batchSize: 7, timeout: '1h' });

    expect(config.with({ batchSize: 8 })).toMatchObject({ batchSize: 8, timeout: '1h' });
    expect(config.batchSize).toBe(7);
  });
});

describe('BulkOperationMetrics', () => {
  it('counts every item of a lost batch as lost', () => {
    const metrics = new BulkOperationMetrics();
    const error = { batchId: 1, error: 'no', errorType: 'Error', retryCount: 0, timestamp: 0 };

    metrics.recordStart(4, 2);
    metrics.recordBatchResult(new BulkBatchResult(0, [1, 2, 3], [1, 2, 3], undefined, 0));
    metrics.recordBatchResult(new BulkBatchResult(1, [4], [], error, 0));
    metrics.recordEnd();

    expect(metrics.snapshot()).toMatchObject({ totalItems: 4, successfulItems: 3, failedItems: 1, successRate: 75 });
  });

  it('keeps the first hundred errors, so that a hook that always fails fills no memory', () => {
    const metrics = new BulkOperationMetrics();

    for (let index = 0; index < 200; index++) metrics.recordError(index);

    expect(metrics.errors).toHaveLength(100);
    expect(metrics.errors[0]).toBe(0);
  });
});

describe('The errors of bulk operations', () => {
  it('are one family, with the documented messages', () => {
    const errors = [new BulkOperationError(), new BulkOperationTimeoutError(), new BulkOperationCancelledError()];

    expect(errors.map(({ message }) => message)).toEqual([
      'Bulk operation error',
      'Bulk operation timed out',
      'Bulk operation cancelled',
    ]);
    expect(errors.every((error) => error instanceof BulkOperationError)).toBe(true);
    expect(errors.map(({ code }) => code)).toEqual(['WORKFLOW_FAILED', 'WORKFLOW_TIMEOUT', 'WORKFLOW_CANCELLED']);
  });
});

describe('Item by item', () => {
  const numbers = Array.from({ length: 25 }, (_, index) => index);

  it('bulkMap answers in the order of the items, with a promise or without', async () => {
    const doubled = numbers.map((number) => number * 2);

    expect(await bulkMap(numbers, (number) => number * 2)).toEqual(doubled);
    expect(await bulkMap(new Set(numbers), async (number) => number * 2, { batchSize: 3 })).toEqual(doubled);
    expect(await bulkMap(numbers, (number) => (number % 2 ? number * 2 : Promise.resolve(number * 2)))).toEqual(
      doubled,
    );
  });

  it('bulkMap has at most one item of each batch under way', async () => {
    let [now, most] = [0, 0];
    const track = async (number: number) => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      return number;
    };

    await bulkMap(numbers, track, { batchSize: 4, maxConcurrency: 3 });

    expect(most).toBe(3);
  });

  it('bulkFilter keeps the order', async () => {
    expect(await bulkFilter(numbers, async (number) => number % 10 === 3, { batchSize: 4 })).toEqual([3, 13, 23]);
  });

  it('bulkReduce folds in order, and begins a batch again with the value before it', async () => {
    let failures = 1;
    const append = async (text: string, number: number) => {
      if (number === 13 && failures-- > 0) throw new Error('once');
      return `${text} ${number}`;
    };

    expect(await bulkReduce(numbers, append, '>', { retryDelay: 0 })).toBe(`> ${numbers.join(' ')}`);
    expect(await bulkReduce([], append, 'nothing')).toBe('nothing');
  });

  it('rejects with what an item threw, rather than leave it out', async () => {
    const failing = (number: number) => {
      if (number === 12) throw new TypeError('no');
      return number;
    };

    await expect(bulkMap(numbers, failing, { retryAttempts: 0 })).rejects.toMatchObject({
      name: 'BulkOperationError',
      message: 'bulkMap: batch 1 failed: no',
      cause: expect.any(TypeError) as TypeError,
    });
  });
});

describe('The functions for items', () => {
  it.each([undefined, 5, {}, 'abc'])('refuse %p, which are no items', async (items) => {
    await expect(bulkMap(items as never, (item) => item)).rejects.toMatchObject({
      name: 'BulkOperationError',
      message: expect.stringMatching(/needs items, and was given/) as string,
    });
  });

  it.each([
    ['bulkMap', () => bulkMap([1], 5 as never)],
    ['bulkFilter', () => bulkFilter([1], undefined as never)],
    ['bulkReduce', () => bulkReduce([1], 'sum' as never, 0)],
  ])('%s refuses at once what is no function', async (name, run) => {
    await expect(run()).rejects.toThrow(new RegExp(`of ${name}" has the value.*It must be a function`));
  });
});
