import { isWorkflowError, type WorkflowErrorCode } from '../errors/index.js';
import { parseDuration } from '../time/index.js';
import { backoffDelayMs } from './backoff.js';
import type { RetryPolicy } from './retry-policy.js';

/**
 * Whether to try again.
 *
 * Reasons to give up: `attempts` are used up; the error is `not_retryable` by its nature; `retryIf` said no; or a function of the
 * policy itself threw (`policy_failed`), and then `policyError` is what it threw.
 *
 * @internal
 */
export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly reason: 'attempts' | 'not_retryable' | 'retry_if' }
  | { readonly retry: false; readonly reason: 'policy_failed'; readonly policyError: unknown };

/** Errors that another attempt cannot mend: the code is wrong, the workflow is over, or the user said so. */
const NEVER_RETRIED: ReadonlySet<WorkflowErrorCode> = new Set<WorkflowErrorCode>([
  'STEP_NON_RETRYABLE',
  'STEP_INTERRUPTED',
  'WORKFLOW_FAIL',
  'WORKFLOW_CANCELLED',
  'WORKFLOW_TERMINATED',
  'WORKFLOW_TIMEOUT',
  'WORKFLOW_LEASE_LOST',
  'WORKFLOW_NON_DETERMINISM',
  'WORKFLOW_JOURNAL_LIMIT',
  'WORKFLOW_CONTEXT_USAGE',
  'WORKFLOW_TRANSACTION',
  'WORKFLOW_DEFINITION',
  'WORKFLOW_OPTIONS',
  'WORKFLOW_INPUT',
  'WORKFLOW_PAYLOAD',
  'WORKFLOW_PAYLOAD_LIMIT',
]);

/**
 * Decides what follows a failed attempt. Waits for nothing and never throws.
 *
 * @param attempt The attempt that failed, from 1.
 * @param random A number in [0, 1), for jitter.
 * @internal
 */
export function decideRetry(policy: RetryPolicy, attempt: number, error: unknown, random: () => number): RetryDecision {
  if (isWorkflowError(error) && NEVER_RETRIED.has(error.code)) return { retry: false, reason: 'not_retryable' };
  if (attempt >= policy.attempts) return { retry: false, reason: 'attempts' };
  try {
    if (policy.retryIf !== undefined && !policy.retryIf(error, attempt)) return { retry: false, reason: 'retry_if' };
    const { backoff } = policy;
    return {
      retry: true,
      delayMs:
        typeof backoff === 'function'
          ? parseDuration(backoff(attempt, error), 'result of retry.backoff')
          : backoffDelayMs(backoff, attempt, random),
    };
  } catch (policyError) {
    return { retry: false, reason: 'policy_failed', policyError };
  }
}
