import type { AbortScope } from '../cancellation/index.js';
import type { StepContext } from '../definition/index.js';
import { isThenable } from '../options/index.js';
import type { MemoryRun } from './memory-run.js';
import { MemoryStepContext } from './memory-step-context.js';
import { runInStepScope, type StepScope } from './step-scope.js';

/**
 * The first attempt of a body that says nothing of itself and may be tried again: little more than what the body sees. Most bodies
 * succeed at once, and what further attempts need is made only for those that do not.
 *
 * @internal
 */
export class MemoryAttempt extends MemoryStepContext implements StepScope {
  private own: AbortScope | undefined = undefined;
  private hasEnded = false;
  private derivedIds = 0;
  private reported: unknown = undefined;

  constructor(
    private readonly tried: MemoryRun,
    step: string,
    private readonly body: (context: StepContext) => unknown,
  ) {
    super(tried, step);
  }

  get kind(): 'step' {
    return 'step';
  }

  get generation(): number {
    return this.tried.generation;
  }

  /** Aborted with the run, while the body has not ended. */
  override get signal(): AbortSignal {
    if (this.own === undefined) {
      this.own = this.tried.scope.child();
      if (this.hasEnded) this.own.dispose();
    }
    return this.own.signal;
  }

  /** The body's own answer, or a promise of what a later attempt answers. */
  begin(): unknown {
    try {
      const answer = runInStepScope(this, callBody);
      if (!isThenable(answer)) return this.succeed(answer);
      return Promise.resolve(answer).then(
        (value) => this.succeed(value),
        (error: unknown) => this.fail(error),
      );
    } catch (error) {
      return this.fail(error);
    }
  }

  call(): unknown {
    return this.body(this);
  }

  nextDerivedId(): string {
    this.derivedIds += 1;
    return `${this.idempotencyKey}:${this.derivedIds}`;
  }

  /** The next attempt is told. */
  override heartbeat(progress?: unknown): void {
    if (progress !== undefined) this.reported = progress;
  }

  private succeed(value: unknown): unknown {
    this.end();
    return value;
  }

  private fail(error: unknown): Promise<unknown> {
    this.end();
    const { tried, step, body, reported } = this;
    return tried.attempt(step, body, tried.defaults, { failed: { error, progress: reported } });
  }

  private end(): void {
    this.hasEnded = true;
    this.own?.dispose();
  }
}

function callBody(attempt: MemoryAttempt): unknown {
  return attempt.call();
}
