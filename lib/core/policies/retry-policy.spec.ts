import { isWorkflowOptionsError } from '../errors/index.js';
import { DEFAULT_BACKOFF } from './backoff.js';
import { DEFAULT_RETRY_POLICY, resolveRetry, type RetryOptions, type RetryPolicy } from './retry-policy.js';

describe('resolveRetry', () => {
  it('takes the defaults when nothing was said', () => {
    expect(resolveRetry(undefined)).toBe(DEFAULT_RETRY_POLICY);
    expect(DEFAULT_RETRY_POLICY).toEqual({
      attempts: 3,
      backoff: { delayMs: 1_000, factor: 2, maxDelayMs: 300_000, jitter: 'none' },
      inProcessBelowMs: 5_000,
    });
  });

  it.each<[RetryOptions, number]>([
    [5, 5],
    [1, 1],
    [false, 1],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [{ attempts: 4 }, 4],
    [{}, 3],
  ])('reads %p as %p attempts in all', (options, attempts) => {
    expect(resolveRetry(options).attempts).toBe(attempts);
  });

  describe('over a wider setting', () => {
    const retryIf = () => true;
    const wider: RetryPolicy = resolveRetry({
      attempts: 7,
      backoff: { delay: '2s', jitter: 'equal' },
      retryIf,
      inProcessBelow: '1m',
    });

    it('takes what is left out from there, field by field', () => {
      expect(resolveRetry({ backoff: { factor: 5 } }, wider)).toEqual({
        attempts: 7,
        backoff: { delayMs: 2_000, factor: 5, maxDelayMs: 300_000, jitter: 'equal' },
        retryIf,
        inProcessBelowMs: 60_000,
      });
    });

    it('keeps all but the number when only a number is given', () => {
      expect(resolveRetry(2, wider)).toEqual({ ...wider, attempts: 2 });
      expect(resolveRetry(false, wider)).toEqual({ ...wider, attempts: 1 });
    });

    it('replaces a backoff function as a whole', () => {
      const grown = () => '1s';
      const byFunction = resolveRetry({ backoff: grown }, wider);

      expect(byFunction.backoff).toBe(grown);
      expect(resolveRetry({ backoff: { delay: 5 } }, byFunction).backoff).toEqual({ ...DEFAULT_BACKOFF, delayMs: 5 });
    });
  });

  it('gives what cannot be changed any more', () => {
    expect(Object.isFrozen(resolveRetry({ attempts: 2 }))).toBe(true);
    expect(Object.isFrozen(resolveRetry({ backoff: { delay: 5 } }).backoff)).toBe(true);
  });

  it.each<[unknown, RegExp]>([
    [-1, /"retry of step "charge"" has the value -1/],
    [0, /"retry of step "charge"" has the value 0.*at least 1.*false/],
    [{ attempts: 0 }, /"retry\.attempts of step "charge"" has the value 0/],
    [{ attempts: -Infinity }, /"retry\.attempts of step "charge"" has the value -Infinity/],
    [{ attempt: 3 }, /"retry\.attempt of step "charge"" has the value 3.*Did you mean "attempts"\?/],
    [{ backoff: { delya: 5 } }, /"retry\.backoff\.delya of step "charge"".*Did you mean "delay"\?/],
    [{ backoff: { factor: 0.5 } }, /"retry\.backoff\.factor of step "charge"" has the value 0\.5/],
    [{ backoff: { delay: -1 } }, /"retry\.backoff\.delay of step "charge"" has the value -1/],
    [1.5, /"retry of step "charge""/],
    [Number.NaN, /"retry of step "charge"" has the value NaN/],
    [{ attempts: '3' }, /"retry\.attempts of step "charge"" has the value "3"/],
    [{ attempts: null }, /"retry\.attempts of step "charge"" has the value null/],
    [true, /"retry of step "charge"" has the value true/],
    ['3', /"retry of step "charge""/],
    [null, /"retry of step "charge"" has the value null/],
    [{ backoff: '1s' }, /"retry\.backoff of step "charge"" has the value "1s"/],
    [{ backoff: null }, /"retry\.backoff of step "charge""/],
    [{ backoff: { delay: 'x' } }, /"retry\.backoff\.delay of step "charge""/],
    [{ retryIf: 'always' }, /"retry\.retryIf of step "charge""/],
    [{ inProcessBelow: -5 }, /"retry\.inProcessBelow of step "charge""/],
  ])('refuses %p and names field and place', (options, message) => {
    let thrown: unknown;
    try {
      resolveRetry(options as RetryOptions, undefined, 'step "charge"');
    } catch (error) {
      thrown = error;
    }

    expect(isWorkflowOptionsError(thrown)).toBe(true);
    expect((thrown as Error).message).toMatch(message);
  });

  it('names the field alone where there is no place', () => {
    expect(() => resolveRetry({ attempts: -1 })).toThrow('"retry.attempts"');
  });

  it('is called what the option is called', () => {
    expect(() => resolveRetry(-1, undefined, 'step "charge"', 'compensateRetry')).toThrow(
      '"compensateRetry of step "charge""',
    );
  });
});
