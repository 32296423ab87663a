import type { MachineEvent, LiveSnapshot } from './machine-step.js';
import type { MachineLike } from './machine-like.js';

/** An action that a pure transition answers with instead of running it. @internal */
export interface ExecutableAction {
  readonly type: string;
  readonly params?: unknown;
  readonly info: { readonly context: unknown; readonly event: MachineEvent; readonly self: unknown };
}

/** As much of the XState library as is used here. @internal */
export interface XStateLibrary {
  initialTransition(machine: MachineLike, input?: unknown): [LiveSnapshot, ExecutableAction[]];
  transition(machine: MachineLike, snapshot: LiveSnapshot, event: MachineEvent): [LiveSnapshot, ExecutableAction[]];
  createMachine(config: object, implementations?: object): MachineLike;
  createActor(machine: MachineLike, options: object): MachineActor;
  fromPromise(creator: (args: { readonly input: unknown; readonly signal: AbortSignal }) => Promise<unknown>): object;
}

/** A running actor of the library. @publicApi */
export interface MachineActor<S = unknown, E = unknown> {
  start(): this;
  stop(): this;
  send(event: E): void;
  getSnapshot(): S;
  subscribe(observer: { next?(snapshot: S): void; error?(error: unknown): void; complete?(): void }): {
    unsubscribe(): void;
  };
}

let library: Promise<XStateLibrary> | undefined;

/** Loads XState where a machine is first used, so that an application without machines never needs it. @internal */
export function loadXState(): Promise<XStateLibrary> {
  library ??= import('xstate') as unknown as Promise<XStateLibrary>;
  return library;
}
