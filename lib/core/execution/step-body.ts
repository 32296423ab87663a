import { ContextUsageError } from '../errors/index.js';

/** Refuses a step without a function where it was written: tried like a step that fails, it would only fail later. @internal */
export function requireBody(call: 'step' | 'transaction', name: string, body: unknown): void {
  if (typeof body === 'function') return;
  throw new ContextUsageError(
    `ctx.${call}('${name}') was given no function to run. Write ctx.${call}('${name}', () => …).`,
  );
}
