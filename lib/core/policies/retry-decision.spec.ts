import {
  NonRetryableStepError,
  StepTimeoutError,
  WorkflowCancelledError,
  WorkflowPayloadError,
  WorkflowStoreError,
} from '../errors/index.js';
import { decideRetry } from './retry-decision.js';
import { resolveRetry, type RetryOptions } from './retry-policy.js';

const error = new Error('boom');
const decide = (options: RetryOptions, attempt: number, thrown: unknown = error) =>
  decideRetry(resolveRetry(options), attempt, thrown, () => 0.5);

describe('decideRetry', () => {
  it('tries again until the attempts are used up', () => {
    expect(decide(3, 1)).toEqual({ retry: true, delayMs: 1_000 });
    expect(decide(3, 2)).toEqual({ retry: true, delayMs: 2_000 });
    expect(decide(3, 3)).toEqual({ retry: false, reason: 'attempts' });
    expect(decide(3, 4)).toEqual({ retry: false, reason: 'attempts' });
  });

  it('makes one attempt only when retries are off', () => {
    expect(decide(false, 1)).toEqual({ retry: false, reason: 'attempts' });
    expect(decide(1, 1)).toEqual({ retry: false, reason: 'attempts' });
  });

  it('never gives up by itself with Infinity', () => {
    expect(decide(Number.POSITIVE_INFINITY, 1_000_000)).toEqual({ retry: true, delayMs: 300_000 });
  });

  it('hands error and attempt to retryIf and follows its answer', () => {
    const asked: unknown[] = [];
    const retryIf = (thrown: unknown, attempt: number) => {
      asked.push([thrown, attempt]);
      return attempt < 2;
    };

    expect(decide({ attempts: 5, retryIf }, 1)).toMatchObject({ retry: true });
    expect(decide({ attempts: 5, retryIf }, 2)).toEqual({ retry: false, reason: 'retry_if' });
    expect(asked).toEqual([
      [error, 1],
      [error, 2],
    ]);
  });

  it('hands attempt and error to a backoff function and reads its duration', () => {
    const asked: unknown[] = [];
    const backoff = (attempt: number, thrown: unknown) => {
      asked.push([attempt, thrown]);
      return `${attempt}m`;
    };

    expect(decide({ backoff }, 2)).toEqual({ retry: true, delayMs: 120_000 });
    expect(asked).toEqual([[2, error]]);
  });

  it('uses the chance it is given for jitter', () => {
    expect(decide({ backoff: { jitter: 'full' } }, 1)).toEqual({ retry: true, delayMs: 500 });
  });

  it.each([
    [
      'retryIf',
      {
        retryIf: () => {
          throw new RangeError('policy');
        },
      },
    ],
    [
      'backoff',
      {
        backoff: () => {
          throw new RangeError('policy');
        },
      },
    ],
  ] as const)('gives up, and says why, when %s throws', (_, options) => {
    const decision = decide(options, 1);

    expect(decision).toMatchObject({ retry: false, reason: 'policy_failed' });
    expect((decision as { policyError?: unknown }).policyError).toBeInstanceOf(RangeError);
  });

  it('gives up when a backoff function gives no duration', () => {
    expect(decide({ backoff: () => 'soon' }, 1)).toMatchObject({ retry: false, reason: 'policy_failed' });
  });

  it.each([
    new NonRetryableStepError('declined'),
    new WorkflowCancelledError(),
    new WorkflowPayloadError({ path: 'result', reason: 'x' }),
  ])('does not try again after $name, and does not ask the policy', (thrown) => {
    const retryIf = (): boolean => {
      throw new Error('The policy was asked.');
    };

    expect(decide({ attempts: 9, retryIf }, 1, thrown)).toEqual({ retry: false, reason: 'not_retryable' });
  });

  it.each([
    new StepTimeoutError({ step: 's', timeoutMs: 1 }),
    new WorkflowStoreError('gone'),
    'a text',
    undefined,
    Object.assign(new Error('x'), { code: 'STEP_NON_RETRYABLE' }),
  ])('tries again after %p', (thrown) => {
    expect(decideRetry(resolveRetry(3), 1, thrown, () => 0)).toMatchObject({ retry: true });
  });
});
