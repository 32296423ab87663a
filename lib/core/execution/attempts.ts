import type { CompensationContext, StepContext } from '../definition/index.js';
import type { AbortScope } from '../cancellation/index.js';
import {
  isStepHeartbeatTimeoutError,
  isStepTimeoutError,
  StepHeartbeatTimeoutError,
  StepTimeoutError,
} from '../errors/index.js';
import { decideRetry, type RetryPolicy } from '../policies/index.js';
import type { StepStatus, WorkflowHeaders } from '../records/index.js';
import type { Cancellable, Clock } from '../time/index.js';
import { createStepScope, runInStepScope } from './step-scope.js';

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
  readonly onProgress?: (progress: unknown) => void;
  /** Told when a wait between two attempts begins and ends. */
  readonly onPause?: (isPausing: boolean) => void;
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
  /** Aborted when the run stops: no further attempt begins. */
  readonly scope: AbortScope;
  /** Whether an attempt may begin now: false once the lease has run out here. */
  readonly mayBegin: () => boolean;
}

/**
 * Tries a body until it answers, its policy gives up, or the run stops: the only place where bodies are called, attempts counted,
 * limits of one attempt kept and retries waited for.
 *
 * @internal
 */
export async function runAttempts(plan: AttemptPlan, surroundings: AttemptSurroundings): Promise<AttemptsEnd> {
  const { scope, clock, random } = surroundings;
  let progress: unknown;
  try {
    if (plan.progress !== undefined) progress = await plan.progress();
  } catch (error) {
    return { kind: 'failed', status: scope.aborted ? 'cancelled' : 'failed', error, attempts: plan.firstAttempt - 1 };
  }
  for (let attempt = plan.firstAttempt; ; attempt += 1) {
    let error: unknown;
    // A process that was frozen meanwhile may own the instance no more: until a renewal tells, nothing begins.
    while (!scope.aborted && !surroundings.mayBegin()) await pause(clock, LEASE_RECHECK_MS, scope);
    if (scope.aborted) return { kind: 'failed', status: 'cancelled', error: scope.reason, attempts: attempt - 1 };
    try {
      const value = await runOnce(plan, surroundings, attempt, progress, (reported) => {
        progress = reported;
      });
      try {
        return { kind: 'completed', text: plan.record(value), attempts: attempt };
      } catch (refusal) {
        return { kind: 'failed', status: 'failed', error: refusal, attempts: attempt };
      }
    } catch (thrown) {
      error = thrown;
    }
    if (scope.aborted) return { kind: 'failed', status: 'cancelled', error, attempts: attempt };
    const decision = decideRetry(plan.policy, attempt, error, random);
    if (!decision.retry) return { kind: 'failed', status: statusOf(error), error, attempts: attempt };
    if (decision.delayMs >= plan.inProcessBelowMs)
      return { kind: 'later', delayMs: decision.delayMs, error, attempts: attempt };
    plan.onPause?.(true);
    const isOver = await pause(clock, decision.delayMs, scope);
    plan.onPause?.(false);
    if (!isOver) return { kind: 'failed', status: 'cancelled', error, attempts: attempt };
  }
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

async function runOnce(
  plan: AttemptPlan,
  surroundings: AttemptSurroundings,
  attempt: number,
  progress: unknown,
  onProgress: (progress: unknown) => void,
): Promise<unknown> {
  const scope = surroundings.scope.child();
  const watch = new AttemptWatch(plan, surroundings.clock, scope);
  const context = new LiveStepContext(plan, scope, attempt, progress, (reported) => {
    watch.beat();
    if (reported === undefined) return;
    onProgress(reported);
    plan.onProgress?.(reported);
  });
  try {
    const stepScope = createStepScope(plan);
    const answer = runInStepScope(stepScope, () => plan.body(context, attempt));
    return await watch.race(answer);
  } finally {
    watch.end();
    scope.dispose();
  }
}

/** Keeps the limits of one attempt: how long it may take, and how long it may be silent. */
class AttemptWatch {
  private timers: Cancellable[] = [];
  private silence: Cancellable | undefined;
  private expire: ((error: Error) => void) | undefined;

  constructor(
    private readonly plan: AttemptPlan,
    private readonly clock: Clock,
    private readonly scope: AbortScope,
  ) {}

  /** The answer, or the limit that was passed first. */
  race(answer: unknown): unknown {
    const { timeoutMs, heartbeatTimeoutMs, step } = this.plan;
    if (timeoutMs === undefined && heartbeatTimeoutMs === undefined) return answer;
    return new Promise((resolve, reject) => {
      this.expire = (error) => {
        this.scope.abort(error);
        reject(error);
      };
      if (timeoutMs !== undefined) {
        this.timers.push(
          this.clock.schedule(timeoutMs, () => this.expire?.(new StepTimeoutError({ step, timeoutMs }))),
        );
      }
      this.beat();
      Promise.resolve(answer).then(resolve, reject);
    });
  }

  beat(): void {
    const { heartbeatTimeoutMs, step } = this.plan;
    if (heartbeatTimeoutMs === undefined || this.expire === undefined) return;
    this.silence?.cancel();
    this.silence = this.clock.schedule(heartbeatTimeoutMs, () =>
      this.expire?.(new StepHeartbeatTimeoutError({ step, heartbeatTimeoutMs })),
    );
  }

  end(): void {
    this.expire = undefined;
    this.silence?.cancel();
    for (const timer of this.timers) timer.cancel();
  }
}

/** What a body sees. The signal's controller is made only when it is asked for. */
class LiveStepContext implements CompensationContext {
  constructor(
    private readonly plan: AttemptPlan,
    private readonly scope: AbortScope,
    readonly attempt: number,
    readonly progress: unknown,
    private readonly onHeartbeat: (progress: unknown) => void,
  ) {}

  get workflowId(): string {
    return this.plan.workflowId;
  }
  get step(): string {
    return this.plan.step;
  }
  get idempotencyKey(): string {
    return this.plan.idempotencyKey;
  }
  get headers(): WorkflowHeaders {
    return this.plan.headers;
  }
  get signal(): AbortSignal {
    return this.scope.signal;
  }
  get reason(): Error {
    return this.plan.undo?.reason as Error;
  }
  get uncertain(): boolean {
    return this.plan.undo?.uncertain ?? false;
  }
  heartbeat(progress?: unknown): void {
    this.onHeartbeat(progress);
  }
}
