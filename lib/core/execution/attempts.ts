import type { AbortScope } from '../cancellation/index.js';
import { isStepHeartbeatTimeoutError, isStepTimeoutError, readable } from '../errors/index.js';
import { isThenable } from '../options/index.js';
import { decideRetry } from '../policies/index.js';
import type { StepStatus } from '../records/index.js';
import type { Clock } from '../time/index.js';
import type { AttemptPlan, AttemptSurroundings } from './attempt-plan.js';
import { Attempt } from './attempt.js';

/** Between two looks at whether an attempt may begin. */
const RECHECK_MS = 200;

/** A first attempt that failed, and what it had reported. @internal */
export interface FailedAttempt {
  readonly error: unknown;
  readonly progress: unknown;
}

/** How trying ended. @internal */
export type AttemptsEnd =
  | {
      readonly kind: 'completed';
      /** What the body answered, and what is recorded of it. */
      readonly value: unknown;
      readonly text: string | undefined;
      readonly attempts: number;
    }
  | {
      readonly kind: 'failed';
      readonly status: Extract<StepStatus, 'failed' | 'timed_out' | 'cancelled'>;
      readonly error: unknown;
      readonly attempts: number;
    }
  /** The next attempt is further away than is waited for in process. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly error: unknown; readonly attempts: number };

/** Who is told how trying ended. @internal */
export interface AttemptsListener {
  onEnd(end: AttemptsEnd): void;
}

/**
 * Tries a body until it answers, its policy gives up, or the run stops: the only place where bodies are called, attempts counted,
 * limits of one attempt kept and retries waited for. The end is told by a callback, at once where nothing had to be waited for.
 *
 * @internal
 */
export class Attempts {
  /** What was reported last. */
  private progress: unknown;

  /** @param scope Aborted when the run stops: no further attempt begins. */
  constructor(
    private readonly plan: AttemptPlan,
    private readonly scope: AbortScope,
    private readonly surroundings: AttemptSurroundings,
    private readonly listener: AttemptsListener,
  ) {}

  begin(): void {
    const { firstAttempt, progress } = this.plan;
    if (progress === undefined) this.next(firstAttempt);
    else void this.beginAgain(progress, firstAttempt);
  }

  /** Goes on after a first attempt that was made without this. */
  goOn({ error, progress }: FailedAttempt): void {
    this.progress = progress;
    this.decide(1, readable(error));
  }

  private async beginAgain(progress: () => Promise<unknown>, number: number): Promise<void> {
    try {
      this.progress = await progress();
    } catch (error) {
      this.giveUp(this.scope.aborted ? 'cancelled' : 'failed', readable(error), number - 1);
      return;
    }
    this.next(number);
  }

  private next(number: number): void {
    const { plan, scope, surroundings } = this;
    if (scope.aborted) {
      this.giveUp('cancelled', scope.reason, number - 1);
      return;
    }
    if (!surroundings.mayBegin(plan)) {
      // A process that was frozen meanwhile may own the instance no more, and a cancel that was heard of stops the run as soon as its
      // reason is read: until then nothing begins.
      void pause(surroundings.clock, RECHECK_MS, scope).then(() => {
        this.next(number);
      });
      return;
    }
    const attempt = new Attempt(plan, scope, surroundings, number, this.progress);
    let answer: unknown;
    try {
      answer = attempt.run();
      if (isThenable(answer)) {
        Promise.resolve(answer).then(
          (value) => {
            this.succeed(attempt, value);
          },
          (error: unknown) => {
            this.fail(attempt, error);
          },
        );
        return;
      }
    } catch (error) {
      this.fail(attempt, error);
      return;
    }
    this.succeed(attempt, answer);
  }

  private succeed(attempt: Attempt, value: unknown): void {
    attempt.end();
    let text: string | undefined;
    try {
      text = this.plan.record(value);
    } catch (refusal) {
      this.giveUp('failed', readable(refusal), attempt.number);
      return;
    }
    this.listener.onEnd({ kind: 'completed', value, text, attempts: attempt.number });
  }

  private fail(attempt: Attempt, thrown: unknown): void {
    attempt.end();
    this.progress = attempt.progress;
    this.decide(attempt.number, readable(thrown));
  }

  private decide(number: number, error: unknown): void {
    const { plan, scope, surroundings } = this;
    if (scope.aborted) {
      this.giveUp('cancelled', error, number);
      return;
    }
    const decision = decideRetry(plan.policy, number, error, surroundings.random);
    if (!decision.retry) this.giveUp(statusOf(error), error, number);
    else if (decision.delayMs >= plan.inProcessBelowMs)
      this.listener.onEnd({ kind: 'later', delayMs: decision.delayMs, error, attempts: number });
    else void this.retryAfter(decision.delayMs, error, number);
  }

  private async retryAfter(delayMs: number, error: unknown, number: number): Promise<void> {
    const { scope, surroundings } = this;
    surroundings.onPause(true);
    const isOver = await pause(surroundings.clock, delayMs, scope);
    surroundings.onPause(false);
    if (isOver) this.next(number + 1);
    else this.giveUp('cancelled', error, number);
  }

  private giveUp(status: 'failed' | 'timed_out' | 'cancelled', error: unknown, attempts: number): void {
    this.listener.onEnd({ kind: 'failed', status, error, attempts });
  }
}

/** The same for whoever waits for the end. @param failed The first attempt, where it has been made already. @internal */
export function runAttempts(
  plan: AttemptPlan,
  scope: AbortScope,
  surroundings: AttemptSurroundings,
  failed?: FailedAttempt,
): Promise<AttemptsEnd> {
  return new Promise((resolve) => {
    const attempts = new Attempts(plan, scope, surroundings, { onEnd: resolve });
    if (failed === undefined) attempts.begin();
    else attempts.goOn(failed);
  });
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
