/* eslint-disable @typescript-eslint/no-explicit-any -- the shape of a library's class, of which only parts are named */

/**
 * A statechart of XState 5 as `setup({ … }).createMachine({ … })` makes it. Named by its shape, so that nobody needs the library's types
 * who does not use state machines.
 *
 * @publicApi
 */
export interface MachineLike {
  readonly id: string;
  readonly config: any;
  readonly root: any;
  readonly implementations: any;
  transition(snapshot: any, event: any, scope: any): any;
  getInitialSnapshot(scope: any, input?: any): any;
  getPersistedSnapshot(snapshot: any, options?: unknown): any;
  restoreSnapshot(snapshot: any, scope: any): any;
  resolveState(config: any): any;
  provide(implementations: any): any;
}

/** The snapshot of a machine, as XState types it. @publicApi */
export type SnapshotOf<M> = M extends { transition(snapshot: infer S, event: any, scope: any): unknown } ? S : never;

/** The events of a machine, as XState types them. @publicApi */
export type EventOf<M> = M extends { transition(snapshot: any, event: infer E, scope: any): unknown } ? E : never;

/** What a machine is created with. @publicApi */
export type MachineInputOf<M> = M extends { getInitialSnapshot(scope: any, input?: infer I): unknown } ? I : unknown;

/** What a machine answers when it has ended, as XState types it; unknown where the machine is. @publicApi */
export type MachineOutputOf<M> = 0 extends 1 & SnapshotOf<M>
  ? unknown
  : Extract<SnapshotOf<M>, { status: 'done' }> extends { output: infer O }
    ? O
    : unknown;
