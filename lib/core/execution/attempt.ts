import type { AbortScope } from '../cancellation/index.js';
import type { CompensationContext } from '../definition/index.js';
import { StepHeartbeatTimeoutError, StepTimeoutError } from '../errors/index.js';
import { idempotencyKey, type WorkflowHeaders } from '../records/index.js';
import type { Cancellable } from '../time/index.js';
import type { AttemptPlan, AttemptSurroundings } from './attempt-plan.js';
import { runInStepScope, type StepScope } from './step-scope.js';

/** One call of a body: its scope, its limits, and what it reports. @internal */
export class Attempt implements StepScope {
  private own: AbortScope | undefined;
  private limits: AttemptLimits | undefined;
  private derivedIds = 0;
  private hasEnded = false;
  /** What was reported last, by this attempt or an earlier one. */
  progress: unknown;

  constructor(
    private readonly plan: AttemptPlan,
    private readonly parent: AbortScope,
    private readonly surroundings: AttemptSurroundings,
    readonly number: number,
    earlierProgress: unknown,
  ) {
    this.progress = earlierProgress;
  }

  get kind(): 'step' | 'transaction' {
    return this.plan.kind;
  }

  get workflowId(): string {
    return this.plan.workflowId;
  }

  get generation(): number {
    return this.plan.generation;
  }

  get step(): string {
    return this.plan.step;
  }

  /** Made when it is asked for, since many bodies do not. */
  get idempotencyKey(): string {
    return idempotencyKey(this.plan.workflowId, this.plan.generation, this.plan.name);
  }

  /** The same in every attempt, in call order. */
  nextDerivedId(): string {
    this.derivedIds += 1;
    return `${this.idempotencyKey}:${this.derivedIds}`;
  }

  /** Aborted with the run, or alone when a limit is passed. Made when somebody asks for it, since most bodies do not. */
  get scope(): AbortScope {
    if (this.own === undefined) {
      this.own = this.parent.child();
      if (this.hasEnded) this.own.dispose();
    }
    return this.own;
  }

  call(): unknown {
    return this.plan.body(new LiveStepContext(this.plan, this), this.number);
  }

  /** The body's answer, or the limit that was passed first. */
  run(): unknown {
    const { plan, surroundings } = this;
    const answer = runInStepScope(this, callBody);
    if (plan.timeoutMs === undefined && plan.heartbeatTimeoutMs === undefined) return answer;
    this.limits = new AttemptLimits(plan, surroundings, this.scope);
    return this.limits.race(answer);
  }

  report(progress: unknown): void {
    this.limits?.beat();
    if (progress !== undefined) this.progress = progress;
    this.surroundings.onProgress(this.step, progress);
  }

  end(): void {
    this.hasEnded = true;
    this.limits?.end();
    this.own?.dispose();
  }
}

function callBody(attempt: Attempt): unknown {
  return attempt.call();
}

/** How long an attempt may take, and how long it may be silent. */
class AttemptLimits {
  private timers: Cancellable[] = [];
  private silence: Cancellable | undefined;
  private expire: ((error: Error) => void) | undefined;

  constructor(
    private readonly plan: AttemptPlan,
    private readonly surroundings: AttemptSurroundings,
    private readonly scope: AbortScope,
  ) {}

  race(answer: unknown): Promise<unknown> {
    const { timeoutMs, step } = this.plan;
    const { clock } = this.surroundings;
    this.surroundings.onLimit(true);
    return new Promise((resolve, reject) => {
      this.expire = (error) => {
        this.scope.abort(error);
        reject(error);
      };
      if (timeoutMs !== undefined) {
        this.timers.push(clock.schedule(timeoutMs, () => this.expire?.(new StepTimeoutError({ step, timeoutMs }))));
      }
      this.beat();
      Promise.resolve(answer).then(resolve, reject);
    });
  }

  beat(): void {
    const { heartbeatTimeoutMs, step } = this.plan;
    if (heartbeatTimeoutMs === undefined || this.expire === undefined) return;
    this.silence?.cancel();
    this.silence = this.surroundings.clock.schedule(heartbeatTimeoutMs, () =>
      this.expire?.(new StepHeartbeatTimeoutError({ step, heartbeatTimeoutMs })),
    );
  }

  end(): void {
    this.expire = undefined;
    this.silence?.cancel();
    for (const timer of this.timers) timer.cancel();
    this.surroundings.onLimit(false);
  }
}

/** What a body sees. */
class LiveStepContext implements CompensationContext {
  /** What an earlier attempt reported, if anything. */
  readonly progress: unknown;

  constructor(
    private readonly plan: AttemptPlan,
    private readonly current: Attempt,
  ) {
    this.progress = current.progress;
  }

  get attempt(): number {
    return this.current.number;
  }

  get workflowId(): string {
    return this.plan.workflowId;
  }

  get step(): string {
    return this.plan.step;
  }

  get idempotencyKey(): string {
    return this.current.idempotencyKey;
  }

  get headers(): WorkflowHeaders {
    return this.plan.headers;
  }

  get signal(): AbortSignal {
    return this.current.scope.signal;
  }

  get reason(): Error {
    return this.plan.undo?.reason as Error;
  }

  get uncertain(): boolean {
    return this.plan.undo?.uncertain ?? false;
  }

  get stepIdempotencyKey(): string {
    const { plan } = this;
    return idempotencyKey(plan.workflowId, plan.generation, plan.undo?.name ?? plan.name);
  }

  heartbeat(progress?: unknown): void {
    this.current.report(progress);
  }
}
