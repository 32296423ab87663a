import { AbortScope } from '../cancellation/index.js';
import type { StepContext, StepOptions, WorkflowContext, WorkflowDefinition } from '../definition/index.js';
import { WorkflowCancelledError, WorkflowTimeoutError, isWorkflowError } from '../errors/index.js';
import type { WorkflowHeaders } from '../records/index.js';
import { ContinueAsNew } from './continue-as-new.js';
import { MemoryChildren } from './memory-children.js';
import { MemoryContext } from './memory-context.js';
import { MemoryRun, type MemoryRunOrigin } from './memory-run.js';
import type { MemoryServices } from './memory-services.js';

/** How a run in memory is begun. @internal */
export interface ExecuteInMemoryOptions {
  /** Part of the keys of its steps. @default a new one */
  readonly id?: string | undefined;
  /** Cancels the run: what completed is undone. */
  readonly signal?: AbortSignal | undefined;
  readonly headers?: WorkflowHeaders | undefined;
}

/**
 * Runs a definition here and now, without a journal: the same code on a context whose steps are little more than calls. Concurrency
 * limits and priorities, which are promises of a store, do not apply.
 *
 * @throws what the code throws; WorkflowCancelledError when the signal is aborted; CompensationFailedError when an undo fails.
 * @internal
 */
export async function executeInMemory<I, O>(
  definition: WorkflowDefinition<I, O>,
  input: I,
  services: MemoryServices,
  options: ExecuteInMemoryOptions = {},
): Promise<O> {
  const { id, signal, headers } = options;
  const scope = new AbortScope();
  if (signal === undefined)
    return (await begin(definition, input, services, scope, { id, headers, isCancellable: false })) as O;
  // The caller's own reason stays the cause of what the run ends with.
  const follower = new AbortScope();
  follower.onAbort((reason) => {
    scope.abort(cancelledBy(reason));
  });
  follower.follow(signal);
  try {
    if (follower.aborted) scope.abort(cancelledBy(follower.reason));
    return (await begin(definition, input, services, scope, { id, headers, isCancellable: true })) as O;
  } finally {
    follower.dispose();
  }
}

/**
 * Begins a step from an interpreter: without a journal and without options the body is simply called, and an answer without a promise
 * comes back without one.
 *
 * @internal
 */
export function beginStep<T>(
  ctx: WorkflowContext,
  name: string,
  fn: (step: StepContext) => T | PromiseLike<T>,
  options?: StepOptions<T>,
): unknown {
  return ctx instanceof MemoryContext ? ctx.begin(name, fn, options) : ctx.step(name, fn, options);
}

/** Whether a run is kept in memory only, so that values pass by reference. @internal */
export function isInMemory(ctx: WorkflowContext): boolean {
  return ctx instanceof MemoryContext;
}

async function begin(
  definition: WorkflowDefinition,
  input: unknown,
  services: MemoryServices,
  scope: AbortScope,
  origin: MemoryRunOrigin,
): Promise<unknown> {
  let given: unknown =
    definition.validateInput === undefined
      ? input
      : await definition.validateInput(input, `The input of workflow "${definition.name}"`);
  if (scope.aborted) throw scope.reason;
  for (let generation = 1; ; generation++) {
    const outcome = await generate(definition, given, services, scope, generation, origin);
    if (!(outcome instanceof ContinueAsNew)) return outcome;
    given = outcome.input;
  }
}

async function generate(
  definition: WorkflowDefinition,
  input: unknown,
  services: MemoryServices,
  scope: AbortScope,
  generation: number,
  origin: MemoryRunOrigin,
): Promise<unknown> {
  const { timeoutMs } = definition;
  const isCancellable = origin.isCancellable || timeoutMs !== undefined;
  const run = new MemoryRun(definition, services, scope, generation, { ...origin, isCancellable });
  const children = new MemoryChildren(run, (child, value, { id, scope: below }) =>
    begin(child, value, services, below, { id, headers: run.headers, isCancellable: true }),
  );
  const timer =
    timeoutMs === undefined
      ? undefined
      : services.clock.schedule(timeoutMs, () => {
          scope.abort(new WorkflowTimeoutError({ workflowId: run.id, timeoutMs }));
        });
  try {
    const output = await definition.run(new MemoryContext(run, children), input);
    if (scope.aborted) throw scope.reason;
    await children.close();
    return output;
  } catch (error) {
    if (error instanceof ContinueAsNew) return error;
    const cause: unknown = scope.aborted ? scope.reason : error;
    await children.close();
    await run.quiet();
    if (!run.undos.isEmpty) await run.undos.unwind(cause, definition.onUndoFailure, run.undo);
    throw cause;
  } finally {
    timer?.cancel();
  }
}

function cancelledBy(reason: unknown): WorkflowCancelledError {
  if (isWorkflowError(reason, 'WORKFLOW_CANCELLED')) return reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  return new WorkflowCancelledError({ reason: text });
}
