// Retry
export { BACKOFF, DEFAULT_BACKOFF, backoffDelayMs, type Backoff, type BackoffOptions, type Jitter } from './backoff.js';
export { decideRetry, type RetryDecision } from './retry-decision.js';
export {
  DEFAULT_RETRY_POLICY,
  resolveRetry,
  RETRY_RULE,
  type BackoffFunction,
  type RetryOptions,
  type RetryPolicy,
  type RetryPredicate,
  type RetryRule,
} from './retry-policy.js';

// Limits
export { ConcurrencyLimiter } from './concurrency-limiter.js';
