import { jest } from '@jest/globals';
import { systemClock } from './system-clock.js';

const DAY_MS = 86_400_000;

describe('systemClock', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('tells the wall clock in milliseconds', () => {
    expect(systemClock.now()).toBe(Date.UTC(2026, 0, 1));
  });

  it('runs a callback at its due time and not before', () => {
    const run = jest.fn();
    systemClock.schedule(1_000, run);

    jest.advanceTimersByTime(999);
    expect(run).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('waits longer than one Node timer can', () => {
    const run = jest.fn();
    systemClock.schedule(60 * DAY_MS, run);

    jest.advanceTimersByTime(60 * DAY_MS - 1);
    expect(run).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('arms again when the Node timer came early', () => {
    const run = jest.fn();
    const monotonic = jest.spyOn(performance, 'now');
    monotonic.mockReturnValue(0);
    systemClock.schedule(10, run);

    monotonic.mockReturnValue(9.5);
    jest.advanceTimersByTime(10);
    expect(run).not.toHaveBeenCalled();

    monotonic.mockReturnValue(10.2);
    jest.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
    monotonic.mockRestore();
  });

  it.each([0, -5, Number.NaN, Number.NEGATIVE_INFINITY])(
    'runs a callback with the delay %p soon, but not at once',
    (delayMs) => {
      const run = jest.fn();

      systemClock.schedule(delayMs, run);

      expect(run).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      expect(run).toHaveBeenCalledTimes(1);
    },
  );

  it('does not run what was cancelled, also in a later part of a long delay', () => {
    const run = jest.fn();
    const timer = systemClock.schedule(60 * DAY_MS, run);
    jest.advanceTimersByTime(40 * DAY_MS);

    timer.cancel();
    timer.cancel();
    jest.advanceTimersByTime(40 * DAY_MS);

    expect(run).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('runs a macrotask after the promise callbacks', async () => {
    jest.useRealTimers();
    const order: string[] = [];

    const done = new Promise<void>((resolve) => {
      systemClock.macrotask(() => {
        order.push('macrotask');
        resolve();
      });
    });
    void Promise.resolve()
      .then(() => order.push('promise'))
      .then(() => order.push('promise'));
    await done;

    expect(order).toEqual(['promise', 'promise', 'macrotask']);
  });
});
