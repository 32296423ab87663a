import { collect, double, endless, gates, numbers, settle, source, WorkClock } from '../../test/utils/bulk-work.js';
import { VirtualClock } from '../core/time/index.js';
import { BulkOperation, BulkOperationCancelledError, BulkOperationError, BulkOperationTimeoutError } from './index.js';

describe('The end of a BulkOperation', () => {
  it('comes as failed, with a timeout error, when it takes longer than its timeout, which is in seconds', async () => {
    const clock = new VirtualClock();
    let signal: AbortSignal | undefined;
    const operation = new BulkOperation({
      config: { timeout: 2 },
      clock,
      processor: (_items: readonly number[], context) => {
        signal = context.signal;
        return endless();
      },
    });
    const next = operation.execute([1]).next();
    await settle();
    await clock.advance(1_999);
    expect(operation.state).toBe('running');

    await Promise.all([expect(next).rejects.toThrow(BulkOperationTimeoutError), clock.advance(1)]);

    expect(operation.state).toBe('failed');
    expect(signal?.aborted).toBe(true);
  });

  it('comes in time also while a processor without a promise keeps the timers from firing', async () => {
    const clock = new WorkClock();
    const operation = new BulkOperation({
      config: { batchSize: 1, maxConcurrency: 1, timeout: '1s' },
      clock,
      processor: (items: readonly number[]) => {
        clock.work(400);
        return items;
      },
    });

    await expect(collect(operation.execute(numbers(9)))).rejects.toThrow(/timed out after 1s/);
    expect(operation.metrics.processedItems).toBeLessThan(9);
  });

  it('does not keep timers and requests waiting for a loop without promises', async () => {
    const clock = new WorkClock();
    const operation = new BulkOperation({ batchSize: 1 }, { clock });
    const processor = (items: readonly number[]) => {
      clock.work(20);
      return items;
    };
    clock.macrotask(() => void operation.cancel());

    await expect(collect(operation.execute(numbers(100), processor))).rejects.toThrow(BulkOperationCancelledError);
  });

  it('comes as cancelled when it is cancelled: the result that is waited for rejects, signals are aborted, the source is closed', async () => {
    const { read, items } = source(100);
    let signal: AbortSignal | undefined;
    const operation = new BulkOperation({ batchSize: 2, maxConcurrency: 1 }, (_batch: readonly number[], context) => {
      signal = context.signal;
      return endless();
    });
    const next = operation.execute(items).next();
    await settle();

    await operation.cancel();

    await expect(next).rejects.toThrow(BulkOperationCancelledError);
    expect(operation.state).toBe('cancelled');
    expect(signal?.reason).toBeInstanceOf(BulkOperationCancelledError);
    expect(read).toEqual({ items: 2, isClosed: true });
  });

  it('comes as cancelled at the next result when the consumer cancels between two', async () => {
    const operation = new BulkOperation({ batchSize: 1 }, double);
    const seen: number[] = [];

    const consumed = (async () => {
      for await (const { batchId } of operation.execute(numbers(9))) {
        seen.push(batchId);
        if (batchId === 2) await operation.cancel();
      }
    })();

    await expect(consumed).rejects.toThrow(BulkOperationCancelledError);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('that was cancelled before it began is not begun', async () => {
    const operation = new BulkOperation({}, double);

    await operation.cancel();

    expect(operation.state).toBe('cancelled');
    await expect(operation.execute([1]).next()).rejects.toThrow(BulkOperationCancelledError);
  });

  it('comes as cancelled, without an error, when the consumer leaves', async () => {
    const { read, items } = source(100);
    const operation = new BulkOperation({ batchSize: 1, maxConcurrency: 2 }, double);

    for await (const { batchId } of operation.execute(items)) if (batchId === 3) break;

    expect(operation.state).toBe('cancelled');
    expect(read.items).toBeLessThanOrEqual(6);
    expect(read.isClosed).toBe(true);
  });

  it('leaves a retry that it waits for', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const processor = () => {
      calls++;
      throw new Error('no');
    };
    const operation = new BulkOperation({ processor, clock });
    const next = operation.execute([1]).next();
    await settle();

    await Promise.all([expect(next).rejects.toThrow(BulkOperationCancelledError), operation.cancel()]);
    await clock.advance('1h');

    expect(calls).toBe(1);
  });

  it('by shutdown waits for processors to end, and is safe at any time', async () => {
    const { begun, processor, end } = gates();
    const operation = new BulkOperation({}, processor);
    await new BulkOperation({}, double).shutdown();
    const next = operation.execute([1]).next();
    const rejected = expect(next).rejects.toThrow(BulkOperationCancelledError);
    await settle();
    let isDown = false;

    const down = operation.shutdown().then(() => (isDown = true));
    await settle();
    expect([begun, isDown, operation.state]).toEqual([[0], false, 'cancelled']);
    end(0);
    await down;
    await rejected;

    await operation.shutdown();
    expect(operation.state).toBe('cancelled');
  });

  it('by shutdown does not wait for ever for a processor that does not heed its signal', async () => {
    const clock = new VirtualClock();
    const operation = new BulkOperation({ processor: endless, clock });
    const rejected = expect(operation.execute([1]).next()).rejects.toThrow(BulkOperationCancelledError);
    await settle();

    await Promise.all([operation.shutdown(), clock.advance('5s')]);
    await rejected;
  });

  it('comes as failed when the source fails, after the results of what was read', async () => {
    async function* broken() {
      yield* numbers(3);
      throw new RangeError('no more rows');
    }
    const operation = new BulkOperation({ batchSize: 2 }, double);
    const results = operation.execute(broken());

    expect((await results.next()).value?.items).toEqual([0, 1]);
    await expect(results.next()).rejects.toMatchObject({
      name: 'BulkOperationError',
      message: 'The source of the items failed after 1 batches: no more rows',
      cause: expect.any(RangeError) as RangeError,
    });
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(operation).toMatchObject({ state: 'failed', metrics: { errors: [expect.any(BulkOperationError)] } });
  });
});
