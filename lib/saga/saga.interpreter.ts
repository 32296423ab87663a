import type { WorkflowContext } from '../core/definition/index.js';
import { ownError } from '../core/errors/index.js';
import { attributeFailure } from '../core/execution/index.js';
import { SagaError } from './errors/saga.error.js';
import type { SagaContext } from './saga-context.js';
import type { Compensate, SagaPart } from './saga-part.js';

/** What the interpreter needs of a part. @internal */
export type RunnablePart = Pick<SagaPart, 'name' | 'compensation' | 'begin'>;

/** Told of each part that has completed, before the next one begins. @internal */
export type SagaObserver = (part: RunnablePart, result: unknown) => Promise<void>;

/**
 * Runs the parts of a saga over a workflow context, one after the other. What has completed is undone by the context when one fails.
 *
 * @returns What they answered, by their names.
 * @throws SagaError with the one that failed; the reason, when the run is stopped.
 * @internal
 */
export async function interpretSaga(
  parts: readonly RunnablePart[],
  ctx: WorkflowContext,
  input: unknown,
  observe?: SagaObserver,
): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  const context = { input, results } as SagaContext<never>;
  for (const part of parts) {
    try {
      const result = await part.begin(ctx, context, undoOf(part, context));
      await observe?.(part, result);
      // Not by assignment, so that every name is free: `__proto__` as well.
      Object.defineProperty(results, part.name, {
        value: result,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const failure = new SagaError(part.name, ownError(part.name, error));
      attributeFailure(failure, error);
      throw failure;
    }
  }
  return results;
}

function undoOf({ compensation }: RunnablePart, context: SagaContext<never>): Compensate | undefined {
  return compensation && ((result, step) => compensation(result as never, context, step));
}
