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
  ) {}

  get workflowId(): string {
    return this.run.id;
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.run.id, this.run.generation, encodeName(this.step));
  }

  get signal(): AbortSignal {
    return this.run.scope.signal;
  }

  get headers(): WorkflowHeaders {
    return this.run.headers;
  }

  /** Nobody counts the silence of a body without limits. */
  heartbeat(): void {}
}
