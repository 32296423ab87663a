import { AbortScope } from '../cancellation/index.js';
import { StepTimeoutError } from '../errors/index.js';
import type { MemoryRun } from './memory-run.js';
import { MemoryStepContext } from './memory-step-context.js';

/** What a body sees that is tried once and has a limit, which only an answer that is a promise can pass. @internal */
export class MemoryVisit extends MemoryStepContext {
  private own: AbortScope | undefined;

  constructor(
    private readonly visited: MemoryRun,
    step: string,
  ) {
    super(visited, step);
  }

  override get signal(): AbortSignal {
    return (this.own ??= this.visited.scope.child()).signal;
  }

  /** The answer, or the limit that was passed first; the body is told by its signal. */
  limit(answer: PromiseLike<unknown>, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = this.visited.services.clock.schedule(timeoutMs, () => {
        const error = new StepTimeoutError({ step: this.step, timeoutMs });
        this.own?.abort(error);
        reject(error);
      });
      const end = (): void => {
        timer.cancel();
        this.own?.dispose();
      };
      answer.then(
        (value) => {
          end();
          resolve(value);
        },
        (error: unknown) => {
          end();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the body's own error reaches the caller unchanged
          reject(error);
        },
      );
    });
  }
}
