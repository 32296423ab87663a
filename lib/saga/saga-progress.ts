import { CompensationFailedError, isCompensationFailedError, type CompensationFailure } from '../core/errors/index.js';
import { fromErrorRecord, toErrorRecord } from '../core/serialization/index.js';
import { SagaStepError } from './errors/saga-step.error.js';
import { isSagaError, SagaError, toSagaError } from './errors/saga.error.js';
import { SagaState } from './saga-state.js';
import type { SagaPart } from './saga-part.js';
import { SagaStep } from './saga-step.js';
import type { SagaSnapshot } from './saga.store.js';

const UNKNOWN = 'The saga had failed before, and its store does not say why.';

/** What is known of a saga that is executed directly. @internal */
export class SagaProgress {
  state: SagaState = SagaState.PENDING;
  /** What the completed steps answered, in the order of completion. */
  readonly completed = new Map<string, unknown>();
  readonly compensated = new Set<string>();
  /** Why it is undone. */
  failure: unknown;
  /** Undos that must not run twice, and were begun. */
  readonly undoing = new Set<string>();
  private failures: readonly CompensationFailure[] = [];

  /** The steps that have completed, in that order; those that the saga has lost since then, too. */
  completedOf(steps: readonly SagaPart[]): SagaPart[] {
    const byName = new Map(steps.map((step) => [step.name, step]));
    return [...this.completed.keys()].map((name) => byName.get(name) ?? lostStep(name));
  }

  /** All steps, after those that have completed and that the saga has lost since then: they are undone like the others. */
  allOf(steps: readonly SagaPart[]): SagaPart[] {
    const names = new Set(steps.map(({ name }) => name));
    return [...this.completedOf(steps).filter(({ name }) => !names.has(name)), ...steps];
  }

  /** Whether what has completed, and can be undone, was undone. */
  isUndone(steps: readonly SagaPart[]): boolean {
    return this.completedOf(steps).every(
      ({ name, compensation }) => compensation === undefined || this.compensated.has(name),
    );
  }

  /** Notes what a run has ended with, once it was undone. */
  fail(error: unknown): void {
    this.state = SagaState.FAILED;
    this.failure ??= error;
    this.failures = [];
    if (isCompensationFailedError(error)) this.failures = error.failures;
  }

  /** What it has failed with, undos that failed included. */
  error(): unknown {
    const failures = this.failures.filter(({ step }) => !this.compensated.has(step));
    if (failures.length === 0) return this.failure;
    return toSagaError(new CompensationFailedError({ failures, cause: this.failure }));
  }

  toSnapshot(version: number): SagaSnapshot {
    const { state, failure, undoing, failures } = this;
    return {
      version,
      state,
      completed: Array.from(this.completed, ([name, result]) => ({ name, result })),
      compensated: [...this.compensated],
      compensationErrors: failures,
      ...(failure !== undefined && { failure: failureOf(failure) }),
      ...(undoing.size > 0 && { undoing: [...undoing] }),
    };
  }

  /** Stores of users may keep less than they were given. */
  restore(stored: Partial<SagaSnapshot>): void {
    const { state = SagaState.PENDING, completed = [], compensated = [], compensationErrors = [], failure } = stored;
    this.state = state;
    for (const { name, result } of completed) this.completed.set(name, result);
    for (const name of compensated) this.compensated.add(name);
    this.failures = compensationErrors;
    for (const name of stored.undoing ?? []) this.undoing.add(name);
    const hasFailed = state === SagaState.FAILED || state === SagaState.COMPENSATING;
    if (failure === undefined && !hasFailed) return;
    const error = failure === undefined ? new SagaStepError(UNKNOWN) : fromErrorRecord(failure.error);
    this.failure = failure?.stepName === undefined ? error : new SagaError(failure.stepName, error);
  }
}

/** Stands for a step that had completed in a saga that has no such step any more. */
function lostStep(name: string): SagaPart {
  const refuse = (): never => {
    throw new SagaStepError(
      `The step "${name}" had completed, and the saga has no step of this name any more, so that nobody knows how it is undone. Give it the step again, or undo it yourself and call markCompensated("${name}").`,
      { stepName: name },
    );
  };
  return new SagaStep(name, refuse, refuse, { maxRetries: 0 });
}

function failureOf(failure: unknown): NonNullable<SagaSnapshot['failure']> {
  if (!isSagaError(failure)) return { error: toErrorRecord(failure) };
  return { stepName: failure.stepName, error: toErrorRecord(failure.cause) };
}
