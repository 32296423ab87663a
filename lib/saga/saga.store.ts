import type { CompensationFailure } from '../core/errors/index.js';
import type { InstanceStatus } from '../core/records/index.js';
import type { ErrorRecord } from '../core/serialization/index.js';
import type { SagaState } from './saga-state.js';

/** A saga as it stands, in plain data. @publicApi */
export interface SagaSnapshot {
  /** The version it was begun in. */
  readonly version: number;
  readonly state: SagaState;
  /** What has completed, in that order. */
  readonly completed: readonly { readonly name: string; readonly result?: unknown }[];
  /** What was undone, by name, in that order. */
  readonly compensated: readonly string[];
  /** What could not be undone. */
  readonly compensationErrors: readonly CompensationFailure[];
  /** Why it is undone: the step that failed, or none when it was cancelled. */
  readonly failure?: { readonly stepName?: string; readonly error: ErrorRecord };
  /** Undos that must not run twice, and were begun. */
  readonly undoing?: readonly string[];
  /** Of a saga in the journal: the status of its instance, which tells `cancelled` and `compensation_failed` from `failed`. */
  readonly status?: InstanceStatus;
}

/**
 * Where sagas are kept. Injected, it is a view of the journal: it tells how the sagas of this application stand. One of your own, with
 * these methods, keeps an {@link AbstractSaga} that is executed directly.
 *
 * @publicApi
 */
export abstract class SagaStore {
  /** Whether a saga must not go on when it cannot be saved. @default false: it goes on, with a warning */
  readonly durable?: boolean;

  abstract save(sagaId: string, snapshot: SagaSnapshot): unknown;
  abstract load(sagaId: string): PromiseLike<SagaSnapshot | null | undefined> | SagaSnapshot | null | undefined;
  abstract delete(sagaId: string): unknown;
}
