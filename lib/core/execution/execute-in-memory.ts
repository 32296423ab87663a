import { AbortScope } from '../cancellation/index.js';
import type { WorkflowDefinition } from '../definition/index.js';
import { WorkflowCancelledError, WorkflowTimeoutError, isWorkflowError, readable } from '../errors/index.js';
import { isThenable } from '../options/index.js';
import type { WorkflowHeaders } from '../records/index.js';
import { ContinueAsNew } from './continue-as-new.js';
import type { RunBelow } from './memory-children.js';
import { MemoryContext } from './memory-context.js';
import { MemoryEvents } from './memory-events.js';
import { MemoryRun, type MemoryRunOrigin } from './memory-run.js';
import type { MemoryServices } from './memory-services.js';

/** How a run in memory is begun. @internal */
export interface ExecuteInMemoryOptions {
  /** Part of the keys of its steps. @default a new one */
  readonly id?: string | undefined;
  /** Cancels the run: what completed is undone. */
  readonly signal?: AbortSignal | undefined;
  readonly headers?: WorkflowHeaders | undefined;
  /** Limit of the whole run. @default that of the definition */
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs a definition here and now, without a journal: the same code on a context whose steps are little more than calls. Concurrency
 * limits and priorities, which are promises of a store, do not apply.
 *
 * @throws what the code throws; WorkflowCancelledError when the signal is aborted; CompensationFailedError when an undo fails.
 * @internal
 */
export function executeInMemory<I, O>(
  definition: WorkflowDefinition<I, O>,
  input: I,
  services: MemoryServices,
  options: ExecuteInMemoryOptions = {},
): Promise<O> {
  const { id, signal, headers, timeoutMs } = options;
  const isUsual = id === undefined && headers === undefined && timeoutMs === undefined;
  const origin = isUsual ? NO_ORIGIN : { id, headers, timeoutMs };
  const outcome =
    signal === undefined
      ? begin(definition, input, services, origin)
      : beginBelow(definition, input, services, signal, origin);
  return outcome as Promise<O>;
}

const NO_ORIGIN: MemoryRunOrigin = Object.freeze({});

async function beginBelow(
  definition: WorkflowDefinition,
  input: unknown,
  services: MemoryServices,
  signal: AbortSignal,
  origin: MemoryRunOrigin,
): Promise<unknown> {
  const scope = new AbortScope();
  // The caller's own reason stays the cause of what the run ends with.
  const follower = new AbortScope();
  follower.onAbort((reason) => {
    scope.abort(cancelledBy(reason));
  });
  follower.follow(signal);
  try {
    if (follower.aborted) scope.abort(cancelledBy(follower.reason));
    return await begin(definition, input, services, { ...origin, scope });
  } finally {
    follower.dispose();
  }
}

function begin(
  definition: WorkflowDefinition,
  input: unknown,
  services: MemoryServices,
  origin: MemoryRunOrigin,
): Promise<unknown> {
  const { validateInput } = definition;
  const timeoutMs = origin.timeoutMs ?? definition.timeoutMs;
  const isPlain = timeoutMs === undefined && validateInput === undefined && !services.bus.isObserved;
  return isPlain
    ? runGenerations(new MemoryRun(definition, services, 1, origin), input)
    : beginWatched(definition, input, services, origin);
}

/** A run whose input is checked, whose time is limited, or to which somebody listens. */
async function beginWatched(
  definition: WorkflowDefinition,
  input: unknown,
  services: MemoryServices,
  origin: MemoryRunOrigin,
): Promise<unknown> {
  const { validateInput } = definition;
  const timeoutMs = origin.timeoutMs ?? definition.timeoutMs;
  const own = timeoutMs === undefined ? origin : { ...origin, scope: origin.scope ?? new AbortScope() };
  const run = new MemoryRun(definition, services, 1, own);
  const timer =
    timeoutMs === undefined
      ? undefined
      : services.clock.schedule(timeoutMs, () => {
          run.scope.abort(new WorkflowTimeoutError({ workflowId: run.id, timeoutMs }));
        });
  let events: MemoryEvents | undefined;
  try {
    const place = `The input of workflow "${definition.name}"`;
    const given = validateInput === undefined ? input : await validateInput(input, place);
    if (services.bus.isObserved) events = new MemoryEvents(run, origin.parentId);
    const output = await runGenerations(run, given);
    events?.completed();
    return output;
  } catch (error) {
    events?.failed(readable(error));
    throw error;
  } finally {
    timer?.cancel();
  }
}

const runBelow: RunBelow = (parent, definition, input, { id, scope, timeoutMs }) => {
  return begin(definition, input, parent.services, {
    id,
    parentId: parent.id,
    headers: parent.headers,
    scope,
    timeoutMs,
  });
};

/**
 * One generation, and those that follow it. By callbacks, because a function that awaits holds on to several times as much, and many
 * runs wait at one time.
 */
function runGenerations(run: MemoryRun, input: unknown): Promise<unknown> {
  const context = new MemoryContext(run, runBelow);
  const succeed = (output: unknown): unknown => {
    if (run.isStopped) return fail(run.scope.reason);
    const closing = context.closeChildren();
    return closing === undefined ? output : closing.then(() => output);
  };
  const fail = (error: unknown): Promise<unknown> => {
    if (error instanceof ContinueAsNew) return runNext(run, error);
    return endOf(run, context, error).then((cause) => {
      throw cause;
    });
  };
  try {
    // Aborted while the input was checked, or before.
    if (run.isStopped) throw run.scope.reason;
    const outcome = run.definition.run(context, input);
    if (isThenable(outcome)) return Promise.resolve(outcome).then(succeed, fail);
    return Promise.resolve(succeed(outcome));
  } catch (error) {
    return fail(error);
  }
}

/** The generations after the first, one after the other: there may be no end of them. */
async function runNext(first: MemoryRun, next: ContinueAsNew): Promise<unknown> {
  let run = first;
  let { input, carried } = next;
  for (;;) {
    run = nextOf(run);
    const context = new MemoryContext(run, runBelow);
    if (carried !== undefined) context.carried = carried;
    try {
      const output = await run.definition.run(context, input);
      if (run.isStopped) throw run.scope.reason;
      await context.closeChildren();
      return output;
    } catch (error) {
      if (!(error instanceof ContinueAsNew)) throw await endOf(run, context, error);
      ({ input, carried } = error);
    }
  }
}

/** Undoes what the run has done; answers what it ends with. */
async function endOf(run: MemoryRun, context: MemoryContext, error: unknown): Promise<unknown> {
  const cause: unknown = run.isStopped ? run.scope.reason : readable(error);
  await context.closeChildren();
  await run.quiet();
  if (!run.hasUndos) return cause;
  run.events?.compensating(cause);
  try {
    await run.undos.unwind(cause, run.definition.onUndoFailure, run.undo);
    return cause;
  } catch (failed) {
    return failed;
  }
}

function nextOf(run: MemoryRun): MemoryRun {
  const { definition, services, generation, origin, id } = run;
  const next = new MemoryRun(definition, services, generation + 1, { ...origin, id });
  run.events?.continue(next);
  return next;
}

function cancelledBy(reason: unknown): WorkflowCancelledError {
  if (isWorkflowError(reason, 'WORKFLOW_CANCELLED')) return reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  return new WorkflowCancelledError({ reason: text });
}
