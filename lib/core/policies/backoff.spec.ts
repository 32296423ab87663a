import { DEFAULT_BACKOFF, backoffDelayMs, resolveBackoff, type Backoff, type BackoffOptions } from './backoff.js';

const resolve = (options: BackoffOptions, defaults: Backoff = DEFAULT_BACKOFF) =>
  resolveBackoff(options, defaults, '', 'retry.backoff');
const never = (): number => {
  throw new Error('Chance was asked for.');
};

describe('backoffDelayMs', () => {
  it('is one second at first, doubles, and ends at five minutes', () => {
    const delays = Array.from({ length: 11 }, (_, index) => backoffDelayMs(DEFAULT_BACKOFF, index + 1, never));

    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
  });

  it('stays the same with a factor of 1', () => {
    const constant = resolve({ delay: 250, factor: 1 });

    expect([1, 2, 9].map((attempt) => backoffDelayMs(constant, attempt, never))).toEqual([250, 250, 250]);
  });

  it('stays in bounds after any number of attempts', () => {
    expect(backoffDelayMs(DEFAULT_BACKOFF, 1_000_000, never)).toBe(300_000);
    expect(backoffDelayMs(resolve({ delay: 0 }), 1_000_000, never)).toBe(0);
  });

  it.each([
    ['full', 0, 0],
    ['full', 0.5, 2_000],
    ['full', 0.999999, 4_000],
    ['equal', 0, 2_000],
    ['equal', 0.5, 3_000],
    ['equal', 0.999999, 4_000],
  ] as const)('with jitter %s and chance %p waits %p ms of 4000', (jitter, chance, expected) => {
    expect(backoffDelayMs(resolve({ jitter }), 3, () => chance)).toBe(expected);
  });

  it('gives whole milliseconds', () => {
    expect(backoffDelayMs(resolve({ delay: 100, factor: 1.1 }), 3, never)).toBe(122);
  });
});

describe('resolveBackoff', () => {
  it('takes what is left out from the defaults', () => {
    const wider = resolve({ delay: '2s', factor: 3, maxDelay: '1h', jitter: 'full' });

    expect(resolve({ delay: '5s' }, wider)).toEqual({
      delayMs: 5_000,
      factor: 3,
      maxDelayMs: 3_600_000,
      jitter: 'full',
    });
  });

  it('lets a long delay raise the longest wait it inherits', () => {
    expect(resolve({ delay: '10m' })).toMatchObject({ delayMs: 600_000, maxDelayMs: 600_000 });
  });

  it('lets a short longest wait lower the delay it inherits', () => {
    expect(resolve({ maxDelay: 10 })).toMatchObject({ delayMs: 10, maxDelayMs: 10 });
  });

  it.each<[BackoffOptions, RegExp]>([
    [{ delay: '1 second' }, /"retry\.backoff\.delay" has the value "1 second"/],
    [{ delay: -1 }, /"retry\.backoff\.delay"/],
    [{ factor: 0.5 }, /"retry\.backoff\.factor".*at least 1/],
    [{ factor: Number.NaN }, /"retry\.backoff\.factor"/],
    [{ factor: '2' as never }, /"retry\.backoff\.factor"/],
    [{ maxDelay: 'soon' }, /"retry\.backoff\.maxDelay"/],
    [{ delay: '2s', maxDelay: '1s' }, /"retry\.backoff\.maxDelay".*at least as long as delay/],
    [{ jitter: 'some' as never }, /"retry\.backoff\.jitter" has the value "some".*'full'/],
  ])('refuses %p and names the field', (options, message) => {
    expect(() => resolve(options)).toThrow(message);
  });
});
