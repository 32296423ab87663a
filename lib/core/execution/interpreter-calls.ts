import type { AbortScope } from '../cancellation/index.js';
import type { DefinitionRegistry, StepContext, StepOptions, WorkflowContext } from '../definition/index.js';
import type { JournalEntry } from '../records/index.js';
import { DurableContext } from './durable-context.js';
import { servicesOf } from './execution-host.js';
import { MemoryContext } from './memory-context.js';

export { HOOK } from './step-call.js';

/**
 * Begins a step from an interpreter: without a journal and without options the body is simply called, and an answer without a promise
 * comes back without one.
 *
 * @param scope Of a {@link scopeBelow}: stops the step alone, which is then recorded as cancelled.
 * @internal
 */
export function beginStep<T>(
  ctx: WorkflowContext,
  name: string,
  fn: (step: StepContext) => T | PromiseLike<T>,
  options?: StepOptions<T>,
  scope?: AbortScope,
): unknown {
  if (ctx instanceof MemoryContext || ctx instanceof DurableContext) return ctx.begin(name, fn, options, scope);
  return ctx.step(name, fn, options);
}

/**
 * The same for what an interpreter asks beside the work of a step: whether to pass it over, how to recover. Recorded under a name of the
 * engine, and told to nobody as a step.
 *
 * @internal
 */
export function beginHook<T>(
  ctx: WorkflowContext,
  name: string,
  fn: (step: StepContext) => T | PromiseLike<T>,
  options?: StepOptions<T>,
  scope?: AbortScope,
): unknown {
  if (ctx instanceof MemoryContext || ctx instanceof DurableContext) return ctx.beginHook(name, fn, options, scope);
  return ctx.step(name, fn, options);
}

/** Gives what a body sees. @internal */
export interface UnwatchedSteps {
  stepContext(name: string, scope?: AbortScope): StepContext;
}

/** What steps are stopped by together before the run is. Dispose it when they have ended. @internal */
export function scopeBelow(ctx: WorkflowContext): AbortScope | undefined {
  return ctx instanceof MemoryContext || ctx instanceof DurableContext ? ctx.scopeBelow() : undefined;
}

/**
 * For interpreters that know their names to be different: where a run has no journal, cannot be stopped and tells nobody of its steps,
 * a body without options needs nothing around it, and its interpreter may simply call it. `undefined` where it may not.
 *
 * @internal
 */
export function unwatchedSteps(ctx: WorkflowContext): UnwatchedSteps | undefined {
  return ctx instanceof MemoryContext && ctx.isUnwatched ? ctx : undefined;
}

/**
 * The same for bodies that are tried once, in interpreters that give each call a name of its own: little more than a call.
 *
 * @param timeoutMs 0 for none.
 * @internal
 */
export function beginVisit(
  ctx: WorkflowContext,
  name: string,
  fn: (step: StepContext) => unknown,
  timeoutMs: number,
): unknown {
  if (ctx instanceof MemoryContext) return ctx.visit(name, fn, timeoutMs);
  return ctx.step(name, fn, { retry: false, ...(timeoutMs > 0 && { timeout: timeoutMs }) });
}

/** What earlier owners of a run have recorded, in order; nothing where there is no journal. @internal */
export function recordedEntries(ctx: WorkflowContext): readonly JournalEntry[] {
  return ctx instanceof DurableContext ? ctx.recorded : [];
}

/** Whether a run is kept in memory only, so that values pass by reference. @internal */
export function isInMemory(ctx: WorkflowContext): boolean {
  return ctx instanceof MemoryContext;
}

/** The definitions of the engine that executes a run, with a journal or without one. @internal */
export function registryOf(ctx: WorkflowContext): DefinitionRegistry | undefined {
  return ctx instanceof MemoryContext ? ctx.registry : servicesOf(ctx)?.registry;
}
