import type { WorkflowStore } from '../../core/store/index.js';

/** A store under test, empty, with what the cases need around it. @publicApi */
export interface StoreHarness {
  /** Opened, with its outbox enabled. */
  readonly store: WorkflowStore;
  /** How long the store waits for a start of the same id in an open transaction, milliseconds. Short where that is real time. */
  readonly lockTimeoutMs: number;
  /** Another process's view of the same data, opened. Absent: the cases use `store` twice. */
  second?(): Promise<WorkflowStore>;
  /** Moves the store's clock forward. */
  advance(ms: number): Promise<void>;
  /** Lets work in the background go on: a macrotask in memory, some milliseconds against a server. */
  pause(): Promise<void>;
  /** A transaction as users open one: commits when the work resolves, rolls back when it rejects. Gives what `join` takes. */
  transaction<T>(work: (handle: unknown) => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}
