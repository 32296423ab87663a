import { describeValue, WorkflowPayloadError } from '../core/errors/index.js';
import { SagaState } from './saga-state.js';
import type { SagaSnapshot } from './saga.store.js';

const STATES: ReadonlySet<unknown> = new Set(Object.values(SagaState));

/** In these it is gone on with: without knowing what was done it would be done again. */
const OPEN: ReadonlySet<unknown> = new Set([SagaState.RUNNING, SagaState.COMPENSATING]);

const LISTS = ['completed', 'compensated', 'compensationErrors', 'undoing'] as const;

const NEEDED: ReadonlySet<string> = new Set(['completed', 'compensated']);

/**
 * What a store has answered, once it is known to be a saga as it stood. Stores of users may keep less than they were given, but nothing
 * that cannot be read is taken for a saga that has done nothing.
 *
 * @returns nothing where the store has nothing.
 * @throws WorkflowPayloadError naming what cannot be read.
 * @internal
 */
export function readSnapshot(sagaId: string, stored: unknown): Partial<SagaSnapshot> | undefined {
  if (stored === undefined || stored === null) return undefined;
  const refuse = (what: string, found: unknown, wanted: string): never => {
    throw new WorkflowPayloadError({
      path: `What the store has of the saga "${sagaId}"`,
      reason: `${what} is ${describeValue(found)}, not ${wanted}. Let load() answer what save() was given, or undefined where there is nothing.`,
      operation: 'read',
    });
  };
  if (typeof stored !== 'object' || Array.isArray(stored)) return refuse('It', stored, 'an object');
  const snapshot = stored as { readonly [K in keyof SagaSnapshot]?: unknown };
  const { version, state, completed } = snapshot;
  if (version != null && !(Number.isSafeInteger(version) && (version as number) > 0))
    refuse('Its version', version, 'a positive integer');
  if (!STATES.has(state)) refuse('Its state', state, `one of ${[...STATES].join(', ')}`);
  for (const list of LISTS) {
    const found = snapshot[list];
    if (!Array.isArray(found) && (found != null || (NEEDED.has(list) && OPEN.has(state))))
      refuse(`Its list "${list}"`, found, 'an array');
  }
  for (const done of (completed ?? []) as readonly unknown[])
    if (typeof (done as { readonly name?: unknown } | null)?.name !== 'string')
      refuse('A step that had completed', done, 'an object with its name');
  // What is null in a store is not there.
  return Object.fromEntries(Object.entries(snapshot).filter(([, value]) => value !== null));
}
