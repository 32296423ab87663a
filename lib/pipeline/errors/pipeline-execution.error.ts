import { StepFailedError, isStepFailedError } from '../../core/errors/index.js';
import type { PipelineContext } from '../pipeline-context.js';

const NAME = 'PipelineExecutionError';

/**
 * What a pipeline rejects with when a step of it has failed: names the step; `cause` is the step's own error. It shares the code of
 * failed steps, so that it is recognised by guard also when it was restored from a journal.
 *
 * @publicApi
 */
export class PipelineExecutionError extends StepFailedError {
  readonly stepName: string;
  /** What the pipeline had done until then. Of a durable run it is read from the journal. */
  declare readonly context?: PipelineContext;

  constructor(
    stepName: string,
    error: unknown,
    details?: Readonly<Record<string, unknown>>,
    context?: PipelineContext,
  ) {
    super({ step: stepName, attempts: 1, cause: error });
    this.stepName = stepName;
    this.message = `Step "${stepName}" of the pipeline failed: ${error instanceof Error ? error.message : String(error)}`;
    if (details !== undefined) Object.defineProperty(this, 'details', { value: details, enumerable: true });
    if (context !== undefined) Object.defineProperty(this, 'context', { value: context });
  }

  override get name(): string {
    return NAME;
  }
}

/** Tells whether a value is a {@link PipelineExecutionError}, also when it was restored from a journal. @publicApi */
export function isPipelineExecutionError(value: unknown): value is PipelineExecutionError {
  return isStepFailedError(value) && value.name === NAME;
}
