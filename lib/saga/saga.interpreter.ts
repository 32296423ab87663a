import type { CompensationContext, StepOptions, WorkflowContext } from '../core/definition/index.js';
import { isStepFailedError } from '../core/errors/index.js';
import { SagaError } from './errors/saga.error.js';
import type { SagaContext } from './saga-context.js';
import type { SagaStep } from './saga-step.js';

/** What the interpreter needs of a step. @internal */
export type RunnableStep = Pick<SagaStep, 'name' | 'action' | 'compensation' | 'options'>;

/** Told of each step that has completed, before the next one begins. @internal */
export type SagaObserver = (step: RunnableStep, result: unknown) => Promise<void>;

/**
 * Runs the steps of a saga over a workflow context, one after the other. What has completed is undone by the context when one fails.
 *
 * @returns What the steps answered, by their names.
 * @throws SagaError with the step that failed; the reason, when the run is stopped.
 * @internal
 */
export async function interpretSaga(
  steps: readonly RunnableStep[],
  ctx: WorkflowContext,
  input: unknown,
  observe?: SagaObserver,
): Promise<Record<string, unknown>> {
  // Without a prototype, so that every name is free.
  const results = Object.create(null) as Record<string, unknown>;
  const context: SagaContext = { input, results };
  for (const step of steps) {
    try {
      const result = await ctx.step<unknown>(
        step.name,
        (own) => step.action(context as SagaContext<never>, own),
        optionsOf(step, context),
      );
      await observe?.(step, result);
      results[step.name] = result;
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      throw new SagaError(step.name, ownError(step.name, error));
    }
  }
  return results;
}

function optionsOf({ compensation, options }: RunnableStep, context: SagaContext): StepOptions {
  if (compensation === undefined) return options;
  const compensate = (result: unknown, step: CompensationContext): unknown =>
    compensation(result as never, context as SagaContext<never>, step);
  return { ...options, compensate };
}

/** What the step itself threw, without what the engine put around it. */
function ownError(name: string, error: unknown): unknown {
  return isStepFailedError(error) && error.step === name && error.name === 'StepFailedError' ? error.cause : error;
}
