import type { WorkflowContext } from '../definition/index.js';
import { ContextUsageError } from '../errors/index.js';
import { decodeName } from '../records/index.js';
import type { ContextHost } from './execution-host.js';

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

/** @throws ContextUsageError while the generation has calls or undos that nothing would come back to. @internal */
export function refuseUnfinished({ calls, undos }: ReturnType<ContextHost['unfinished']>): void {
  if (calls.length > 0) {
    const names = calls.map((name) => `"${decodeName(name)}"`).join(', ');
    throw new ContextUsageError(`continueAsNew was called while ${names} had not ended. Await every call before it.`);
  }
  if (undos.length > 0) {
    throw new ContextUsageError(
      `continueAsNew was called while ${undos.join(', ')} could still have to be undone. Call ctx.commit before it.`,
    );
  }
}
