import type { WorkflowContext } from '../definition/index.js';

/**
 * Ends the code of a generation; carried by `throw` so that nothing after `continueAsNew` runs. Not an error: nobody sees it.
 *
 * @internal
 */
export class ContinueAsNew {
  /** For the next generation, should it begin in this process. */
  carried: unknown;

  constructor(readonly input: unknown) {}
}

/**
 * Ends a generation as `ctx.continueAsNew` does, and leaves something for the next one that cannot be stored, such as a source that is
 * open. A generation that begins in another process finds nothing, and has to make it anew.
 *
 * @internal
 */
export function continueCarrying(ctx: WorkflowContext, input: unknown, carried: unknown): never {
  try {
    return ctx.continueAsNew(input);
  } catch (end) {
    if (end instanceof ContinueAsNew) end.carried = carried;
    throw end;
  }
}

/** What the generation before left for this one in this process. @internal */
export function carriedTo(ctx: WorkflowContext): unknown {
  return (ctx as { readonly carried?: unknown }).carried;
}
