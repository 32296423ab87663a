import { isStepFailedError } from '../../core/errors/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { WorkflowStepError } from './workflow-step.error.js';

const NAME = 'PipelineExecutionError';

/**
 * What a pipeline rejects with when a step of it has failed: names the step; `cause` is the step's own error. It shares the code of
 * failed steps, so that it is recognised by guard also when it was restored from a journal.
 *
 * @publicApi
 */
export class PipelineExecutionError extends WorkflowStepError {
  /** What the pipeline had done until then. Of a durable run it is read from the journal. */
  declare readonly context?: PipelineContext;

  constructor(
    stepName: string,
    error: unknown,
    details?: Readonly<Record<string, unknown>>,
    context?: PipelineContext,
  ) {
    super(stepName, error instanceof Error ? error.message : String(error), { cause: error });
    this.message = `Step "${stepName}" of the pipeline failed: ${this.reason}`;
    if (details !== undefined) Object.defineProperty(this, 'details', { value: details, enumerable: true });
    if (context !== undefined) Object.defineProperty(this, 'context', { value: context });
  }

  /** What the step threw: the same as `cause`. */
  get error(): unknown {
    return this.cause;
  }

  override get name(): string {
    return NAME;
  }
}

/** Tells whether a value is a {@link PipelineExecutionError}, also when it was restored from a journal. @publicApi */
export function isPipelineExecutionError(value: unknown): value is PipelineExecutionError {
  return isStepFailedError(value) && value.name === NAME;
}
