import type { LifecycleDetail } from './lifecycle-event.js';

/** What an event tells of an error. @internal */
export function summariseError(error: unknown): NonNullable<LifecycleDetail['error']> {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { code } = error as { code?: unknown };
  return { name: String(error.name), message: String(error.message), ...(typeof code === 'string' ? { code } : {}) };
}
