import type { LifecycleEvent } from '../lifecycle/index.js';
import type { PurgeRequest } from './purge-request.js';

/** How a machine ended: with its final state, by an error, or stopped. @publicApi */
export type StateEnding = 'completed' | 'failed' | 'cancelled';

/**
 * One transition of a state machine: its row. Texts are as serialised; states are what the machine calls them, JSON where nested.
 *
 * @publicApi
 */
export interface StateTransitionRecord {
  readonly machineId: string;
  /** The machine's own counter: dense, from 1. */
  readonly version: number;
  /** Name and version of the definition that made it. */
  readonly name: string;
  readonly definitionVersion: number;
  /** Absent for the first one, which creates the machine. */
  readonly from?: string;
  readonly to: string;
  /** What moved it. */
  readonly trigger: string;
  readonly metadata?: string;
  /** Everything the machine is after it. */
  readonly snapshot: string;
  /** Says that the machine moved no more after it. */
  readonly ended?: StateEnding;
  /** Names this one attempt to write it, so that a lost answer can be told from a lost race. */
  readonly token: string;
  /** The store's time of writing, epoch milliseconds. */
  readonly at: number;
}

/** A transition to be written; the store adds the time. @publicApi */
export interface StateTransitionSeed extends Omit<StateTransitionRecord, 'at'> {
  /** The token of the transition that it was decided on: a machine created anew under the same id is not moved. @default any */
  readonly follows?: string;
  /** What is told of it. Stored in the outbox, in the same commit, where the store has one. */
  readonly event?: Omit<LifecycleEvent, 'at'>;
}

/** What became of an attempt to write one. `actual` is the version that the machine has; 0 when there is none. @publicApi */
export type StateAppendResult =
  | { readonly kind: 'stored'; readonly record: StateTransitionRecord }
  | { readonly kind: 'conflict'; readonly actual: number };

/** Where a page of the history begins, and how long it is. @publicApi */
export interface StateHistoryQuery {
  /** Only versions above it. @default 0 */
  readonly after?: number;
  readonly limit: number;
}

/**
 * Keeps state machines: the last snapshot of each, and every transition that led there. It stands in the container under this class.
 *
 * Every method takes an open transaction (TypeORM's `EntityManager`, or the memory store's): what is written commits or rolls back with
 * it, and what it has written itself is read. @throws WorkflowTransactionError for anything else, such as a root manager.
 *
 * @publicApi
 */
export abstract class StatePersistence {
  /** The last transition with the machine's snapshot; `undefined` for an unknown machine. */
  abstract load(machineId: string, transaction?: unknown): Promise<StateTransitionRecord | undefined>;

  /** Transitions in the order of their versions. */
  abstract history(
    machineId: string,
    query: StateHistoryQuery,
    transaction?: unknown,
  ): Promise<StateTransitionRecord[]>;

  /**
   * Writes one transition, if its version is the next one of its machine; otherwise nothing. The same attempt (`token`) sent again finds
   * its own row and counts as stored. An open transaction that writes the same version is waited for.
   */
  abstract append(transition: StateTransitionSeed, transaction?: unknown): Promise<StateAppendResult>;

  /**
   * Deletes an ended machine, with the machines it invoked and the ended instances that did what its transitions left to be done. False
   * when it is unknown, has not ended, is the child of another, or one of those instances is still open or an event not yet published.
   */
  abstract delete(machineId: string): Promise<boolean>;

  /**
   * Deletes machines that ended before an instant, with the machines they invoked, the first to end first; each only after every instance
   * of its transitions. Returns how many ended machines went, those they invoked not counted.
   */
  abstract purge(request: PurgeRequest): Promise<number>;
}
