import { isCompensationFailedError, isStepFailedError } from '../../core/errors/index.js';
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
  /** One for each completed step that could not be undone, in the order in which undoing was tried. */
  declare readonly compensationErrors: readonly WorkflowStepError[];

  constructor(
    stepName: string,
    error: unknown,
    details?: Readonly<Record<string, unknown>>,
    context?: PipelineContext,
    compensationErrors: readonly WorkflowStepError[] = [],
  ) {
    super(stepName, error instanceof Error ? error.message : String(error), { cause: error });
    this.message = `Step "${stepName}" of the pipeline failed: ${this.reason}`;
    if (details !== undefined) Object.defineProperty(this, 'details', { value: details, enumerable: true });
    if (context !== undefined) Object.defineProperty(this, 'context', { value: context });
    // Not stored with the error: where it is stored, what it is stored in tells them.
    Object.defineProperty(this, 'compensationErrors', { value: compensationErrors });
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

/** What a run of a pipeline ended with, as its users meet it: undos that failed are told by the error of the step that caused them. @internal */
export function toPipelineError(error: unknown, context?: PipelineContext): unknown {
  const failures = isCompensationFailedError(error) ? error.failures : [];
  const cause = isCompensationFailedError(error) ? error.cause : error;
  if (!isPipelineExecutionError(cause) || (failures.length === 0 && context === undefined)) return error;
  const { stepName, details } = cause;
  const notUndone = failures.map(
    ({ step, message, cause: thrown }) => new WorkflowStepError(step, message, { cause: thrown }),
  );
  return new PipelineExecutionError(stepName, cause.cause, details, context ?? cause.context, notUndone);
}
