import type { AbortScope } from '../cancellation/index.js';
import { isStepHeartbeatTimeoutError, isStepTimeoutError } from '../errors/index.js';
import { decideRetry } from '../policies/index.js';
import type { StepStatus } from '../records/index.js';
import type { Clock } from '../time/index.js';
import type { AttemptPlan, AttemptSurroundings } from './attempt-plan.js';
import { Attempt } from './attempt.js';

/** Between two looks at a lease that has run out here. */
const LEASE_RECHECK_MS = 200;

/** How trying ended. @internal */
export type AttemptsEnd =
  | { readonly kind: 'completed'; readonly text: string | undefined; readonly attempts: number }
  | {
      readonly kind: 'failed';
      readonly status: Extract<StepStatus, 'failed' | 'timed_out' | 'cancelled'>;
      readonly error: unknown;
      readonly attempts: number;
    }
  /** The next attempt is further away than is waited for in process. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly error: unknown; readonly attempts: number };

/**
 * Tries a body until it answers, its policy gives up, or the run stops: the only place where bodies are called, attempts counted,
 * limits of one attempt kept and retries waited for.
 *
 * @param scope Aborted when the run stops: no further attempt begins.
 * @internal
 */
export async function runAttempts(
  plan: AttemptPlan,
  scope: AbortScope,
  surroundings: AttemptSurroundings,
): Promise<AttemptsEnd> {
  const { clock, random } = surroundings;
  let progress: unknown;
  try {
    if (plan.progress !== undefined) progress = await plan.progress();
  } catch (error) {
    return { kind: 'failed', status: scope.aborted ? 'cancelled' : 'failed', error, attempts: plan.firstAttempt - 1 };
  }
  for (let number = plan.firstAttempt; ; number += 1) {
    let error: unknown;
    // A process that was frozen meanwhile may own the instance no more: until a renewal tells, nothing begins.
    while (!scope.aborted && !surroundings.mayBegin()) await pause(clock, LEASE_RECHECK_MS, scope);
    if (scope.aborted) return { kind: 'failed', status: 'cancelled', error: scope.reason, attempts: number - 1 };
    const attempt = new Attempt(plan, scope, surroundings, number, progress);
    try {
      const answer = attempt.run();
      const value = isThenable(answer) ? await answer : answer;
      try {
        return { kind: 'completed', text: plan.record(value), attempts: number };
      } catch (refusal) {
        return { kind: 'failed', status: 'failed', error: refusal, attempts: number };
      }
    } catch (thrown) {
      error = thrown;
    } finally {
      attempt.end();
      progress = attempt.progress;
    }
    if (scope.aborted) return { kind: 'failed', status: 'cancelled', error, attempts: number };
    const decision = decideRetry(plan.policy, number, error, random);
    if (!decision.retry) return { kind: 'failed', status: statusOf(error), error, attempts: number };
    if (decision.delayMs >= plan.inProcessBelowMs)
      return { kind: 'later', delayMs: decision.delayMs, error, attempts: number };
    surroundings.onPause(true);
    const isOver = await pause(clock, decision.delayMs, scope);
    surroundings.onPause(false);
    if (!isOver) return { kind: 'failed', status: 'cancelled', error, attempts: number };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function statusOf(error: unknown): 'failed' | 'timed_out' {
  return isStepTimeoutError(error) || isStepHeartbeatTimeoutError(error) ? 'timed_out' : 'failed';
}

function pause(clock: Clock, delayMs: number, scope: AbortScope): Promise<boolean> {
  return new Promise((resolve) => {
    const removeListener = scope.onAbort(() => {
      timer.cancel();
      resolve(false);
    });
    const timer = clock.schedule(delayMs, () => {
      removeListener();
      resolve(true);
    });
  });
}
