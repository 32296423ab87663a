import type { AbortScope } from '../cancellation/index.js';
import type { StepContext } from '../definition/index.js';
import { encodeName, idempotencyKey, type WorkflowHeaders } from '../records/index.js';
import type { MemoryRun } from './memory-run.js';

/** What a body sees that is tried once and has no limits; everything is made when it is asked for. @internal */
export class MemoryStepContext implements StepContext {
  readonly attempt = 1;
  readonly progress = undefined;

  constructor(
    private readonly run: MemoryRun,
    readonly step: string,
    /** What the body is stopped by. @default the run */
    private readonly around?: AbortScope,
  ) {}

  get workflowId(): string {
    return this.run.id;
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.run.id, this.run.generation, encodeName(this.step));
  }

  get signal(): AbortSignal {
    return (this.around ?? this.run.scope).signal;
  }

  get headers(): WorkflowHeaders {
    return this.run.headers;
  }

  /** Nobody counts the silence of a body without limits. */
  heartbeat(): void {}
}
