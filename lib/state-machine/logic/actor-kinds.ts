import type { MachineLike } from './machine-like.js';

/** @internal */
export function isMachine(logic: unknown): logic is MachineLike {
  return typeof (logic as Partial<MachineLike> | undefined)?.resolveState === 'function';
}

/** Whether an actor is a promise of XState: one that ends by an answer. Callbacks and observables go on in one process only. @internal */
export function isPromise(logic: unknown): boolean {
  const { transition, config } = (logic ?? {}) as { transition?: Transition; config?: unknown };
  if (typeof transition !== 'function' || typeof config !== 'function') return false;
  try {
    const answered = { type: 'xstate.promise.resolve', data: true };
    return transition({ status: 'active' }, answered, {})?.status === 'done';
  } catch {
    // It wants to know more of whom it runs for than a promise does.
    return false;
  }
}

type Transition = (snapshot: object, event: object, scope: object) => { readonly status?: string } | undefined;
