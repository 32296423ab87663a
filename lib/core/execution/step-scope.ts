import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Where code runs while a step body is on the stack: lets the client derive ids that a retried step repeats, and lets the context
 * refuse calls that would break the journal's order.
 *
 * @internal
 */
export interface StepScope {
  readonly kind: 'step' | 'transaction';
  readonly workflowId: string;
  readonly generation: number;
  /** The step's name as the user gave it. */
  readonly step: string;
  readonly idempotencyKey: string;
  /** The next id derived from the step: the same in every attempt, in call order. */
  nextDerivedId(): string;
}

const storage = new AsyncLocalStorage<StepScope | undefined>();

/** The step whose body is running here, if any. @internal */
export function currentStepScope(): StepScope | undefined {
  return storage.getStore();
}

/** Runs a body inside a step's scope. @internal */
export function runInStepScope<S extends StepScope, T>(scope: S, body: (scope: S) => T): T {
  return storage.run(scope, body, scope);
}

/**
 * Runs what a step sets off without being part of it: listeners, other instances, polling. Node hands the scope on to everything
 * that is scheduled inside it, and a worker's next turns would go on in it for ever.
 *
 * @internal
 */
export function runOutsideSteps<T>(body: () => T): T {
  // Entering a scope makes Node watch every promise from then on, which a process that runs no steps can do without.
  return storage.getStore() === undefined ? body() : storage.run(undefined, body);
}
