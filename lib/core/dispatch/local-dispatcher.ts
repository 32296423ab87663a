import type { EndedInstance, InstanceRecord } from '../records/index.js';
import type { LeaseGrant } from '../store/index.js';
import type { Cancellable } from '../time/index.js';

/**
 * How the client and the worker of one process meet without knowing each other: an instance that starts where a worker is free
 * is created already leased and runs at once.
 *
 * @internal
 */
export interface LocalDispatcher {
  /** A free place for an instance of `name@version`, or nothing; a granted place is given back by `adopt` or `decline`. */
  reserve(definitionKey: string): LeaseGrant | undefined;
  /** Runs an instance that was created under a reserved grant; `leasedAt` is the local monotonic time the request was sent. */
  adopt(record: InstanceRecord, leasedAt: number): void;
  /** Gives the reserved place back unused. */
  decline(): void;
  /** Whether an instance is being executed here: its end is then told to {@link onEnded} without asking the store. */
  executes(workflowId: string): boolean;
  /** Tells of each instance that ends here, once its outcome is committed. */
  onEnded(listener: (instance: EndedInstance) => void): Cancellable;
}

/** A process that runs nothing itself. @internal */
export const noDispatcher: LocalDispatcher = Object.freeze({
  reserve: () => undefined,
  adopt: () => undefined,
  decline: () => undefined,
  executes: () => false,
  onEnded: () => ({ cancel: () => undefined }),
});
