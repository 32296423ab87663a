import { getEventListeners } from 'node:events';
import { ConcurrencyLimiter } from './concurrency-limiter.js';

/** Work whose end a test decides. */
function gate<T = void>() {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('ConcurrencyLimiter', () => {
  it('begins within the call when there is room', () => {
    const limiter = new ConcurrencyLimiter(1);
    let began = false;

    void limiter.run(() => void (began = true));

    expect(began).toBe(true);
  });

  it('gives back what the function gives', async () => {
    const limiter = new ConcurrencyLimiter(1);

    await expect(limiter.run(() => 1)).resolves.toBe(1);
    await expect(limiter.run(async () => 'a')).resolves.toBe('a');
  });

  it('runs no more than its limit, and begins the others in order', async () => {
    const limiter = new ConcurrencyLimiter(2);
    const began: number[] = [];
    const gates = [0, 1, 2, 3, 4].map(() => gate());
    const runs = gates.map(({ promise }, index) =>
      limiter.run(() => {
        began.push(index);
        return promise;
      }),
    );

    expect(began).toEqual([0, 1]);
    expect(limiter.activeCount).toBe(2);
    expect(limiter.waitingCount).toBe(3);

    gates[1]?.open();
    await settle();
    expect(began).toEqual([0, 1, 2]);

    for (const { open } of gates) open();
    await Promise.all(runs);
    expect(began).toEqual([0, 1, 2, 3, 4]);
    expect(limiter.activeCount).toBe(0);
    expect(limiter.waitingCount).toBe(0);
  });

  it('frees the place of a function that throws or rejects', async () => {
    const limiter = new ConcurrencyLimiter(1);

    await expect(
      limiter.run(() => {
        throw new RangeError('at once');
      }),
    ).rejects.toThrow('at once');
    await expect(limiter.run(() => Promise.reject(new RangeError('later')))).rejects.toThrow('later');

    await expect(limiter.run(() => 'free')).resolves.toBe('free');
  });

  it('lets nobody overtake the one whose turn it is', async () => {
    const limiter = new ConcurrencyLimiter(1);
    const began: string[] = [];
    const first = gate();
    const runs = [
      limiter.run(() => first.promise).then(() => limiter.run(() => void began.push('latecomer'))),
      limiter.run(() => void began.push('second')),
      limiter.run(() => void began.push('third')),
    ];

    first.open();
    await Promise.all(runs);

    expect(began).toEqual(['second', 'third', 'latecomer']);
  });

  it('has no bound at Infinity', () => {
    const limiter = new ConcurrencyLimiter(Number.POSITIVE_INFINITY);
    for (let index = 0; index < 100; index++) void limiter.run(() => new Promise(() => undefined));

    expect(limiter.activeCount).toBe(100);
  });

  describe('with a signal', () => {
    it('gives up waiting, never calls the function, and keeps the order of the others', async () => {
      const limiter = new ConcurrencyLimiter(1);
      const first = gate();
      const began: string[] = [];
      const controllers = [0, 1, 2, 3].map(() => new AbortController());
      void limiter.run(() => first.promise);
      const runs = controllers.map(({ signal }, index) => limiter.run(() => void began.push(`w${index}`), signal));
      const outcomes = Promise.allSettled(runs);

      controllers[1]?.abort('middle');
      controllers[3]?.abort('last');
      controllers[0]?.abort('first');
      expect(limiter.waitingCount).toBe(1);
      first.open();

      expect(await outcomes).toEqual([
        { status: 'rejected', reason: 'first' },
        { status: 'rejected', reason: 'middle' },
        { status: 'fulfilled', value: undefined },
        { status: 'rejected', reason: 'last' },
      ]);
      expect(began).toEqual(['w2']);
      expect(limiter.activeCount).toBe(0);
    });

    it('does not begin when the signal is aborted already', async () => {
      const limiter = new ConcurrencyLimiter(1);
      let began = false;

      await expect(limiter.run(() => void (began = true), AbortSignal.abort('too late'))).rejects.toBe('too late');

      expect(began).toBe(false);
      expect(limiter.activeCount).toBe(0);
    });

    it('does not stop a function that has begun, and leaves no listener behind', async () => {
      const limiter = new ConcurrencyLimiter(1);
      const controller = new AbortController();
      const first = gate();
      const second = gate<string>();
      void limiter.run(() => first.promise);
      const waiting = limiter.run(() => second.promise, controller.signal);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);

      first.open();
      await settle();
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      controller.abort('too late');
      second.open('done');

      await expect(waiting).resolves.toBe('done');
    });
  });

  it.each([0, -1, 1.5, Number.NaN, '2' as unknown as number])('refuses the limit %p', (limit) => {
    expect(() => new ConcurrencyLimiter(limit, 'bulk.maxConcurrency')).toThrow(/"bulk\.maxConcurrency".*at least 1/);
  });
});
