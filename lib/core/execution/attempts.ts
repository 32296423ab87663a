import type { CompensationContext, StepContext } from '../definition/index.js';
import type { AbortScope } from '../cancellation/index.js';
import { isStepHeartbeatTimeoutError, isStepTimeoutError } from '../errors/index.js';
import { decideRetry, type RetryPolicy } from '../policies/index.js';
import type { StepStatus, WorkflowHeaders } from '../records/index.js';
import type { Clock } from '../time/index.js';
import { Attempt } from './attempt.js';

/** Between two looks at a lease that has run out here. */
const LEASE_RECHECK_MS = 200;

/** What is tried, and under which rules. @internal */
export interface AttemptPlan {
  readonly kind: 'step' | 'transaction';
  readonly workflowId: string;
  readonly generation: number;
  /** The step's name as the user gave it. */
  readonly step: string;
  readonly idempotencyKey: string;
  readonly headers: WorkflowHeaders;
  readonly policy: RetryPolicy;
  readonly timeoutMs?: number;
  readonly heartbeatTimeoutMs?: number;
  /** Longer waits between attempts are handed back as `later`. */
  readonly inProcessBelowMs: number;
  /** From 1; greater when earlier attempts were recorded. */
  readonly firstAttempt: number;
  /** What an earlier attempt reported, if anything. */
  readonly progress?: () => Promise<unknown>;
  /** Only undos: what their context shows besides. */
  readonly undo?: Pick<CompensationContext, 'reason' | 'uncertain'>;
  /** One try; may answer without a promise. */
  readonly body: (context: StepContext, attempt: number) => unknown;
  /** Turns the answer into what is recorded; a refusal counts as the attempt's failure and is not retried. */
  readonly record: (value: unknown) => string | undefined;
}

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

/** What trying needs from its surroundings. @internal */
export interface AttemptSurroundings {
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether an attempt may begin now: false once the lease has run out here. */
  readonly mayBegin: () => boolean;
  /** Told what a body reports. */
  readonly onProgress: (step: string, progress: unknown) => void;
  /** Told when a wait between two attempts begins and ends. */
  readonly onPause: (isPausing: boolean) => void;
}

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
