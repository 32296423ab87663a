import type { WorkflowClass } from '../core/definition/index.js';
import type { Duration } from '../core/time/index.js';
import type { MachineInputOf, MachineLike } from './logic/machine-like.js';
import type { StateValue } from './logic/machine-step.js';
import type { StateMachineDefinition } from './machine-plan.js';

/** A machine of XState, its definition, its decorated class, or its registered name. @publicApi */
export type StateMachineReference<M extends MachineLike = MachineLike> =
  M | StateMachineDefinition<M> | WorkflowClass | (abstract new (...args: never[]) => object) | string;

/** @publicApi */
export interface CreateMachineOptions<M = unknown> {
  /** The same id again answers the same machine. @default a new one */
  readonly id?: string;
  /** Must be given where the machine's input has something that must be. */
  readonly input?: MachineInputOf<M>;
  /** Commits or rolls back with the caller's rows. */
  readonly transaction?: unknown;
  /** Kept with the transition. */
  readonly metadata?: unknown;
}

/** What follows the machine in a call of `create`: its options, with the input where it must be given. @publicApi */
export type CreateMachineArguments<M> = MachineInputArguments<
  M,
  readonly [options?: CreateMachineOptions<M>],
  readonly [options: CreateMachineOptions<M> & { readonly input: MachineInputOf<M> }]
>;

/** What follows the machine in a call of `start`, `execute` and `actor`: its input (where it must be given) and options. @publicApi */
export type MachineArguments<M, Options> = MachineInputArguments<
  M,
  readonly [input?: MachineInputOf<M>, options?: Options],
  readonly [input: MachineInputOf<M>, options?: Options]
>;

/** Tells by the machine's input whether it must be given; XState's types do not say whether it may be `undefined`. */
type MachineInputArguments<M, Optional, Required> = object extends MachineInputOf<M> ? Optional : Required;

/** How a machine runs in memory. @publicApi */
export interface ExecuteMachineOptions {
  readonly signal?: AbortSignal;
}

/** @publicApi */
export interface SendOptions {
  /** What comes with a trigger that is given by its name. */
  readonly payload?: object;
  /** Commits or rolls back with the caller's rows; a conflict is told at once. */
  readonly transaction?: unknown;
  /** Refuses to move the machine on from any other version. @default whatever version it has */
  readonly expectedVersion?: number;
  /** Kept with the transition: who, why. */
  readonly metadata?: unknown;
}

/** @publicApi */
export interface HistoryOptions {
  /** @default 50 */
  readonly limit?: number;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string;
  readonly transaction?: unknown;
}

/** @publicApi */
export interface WaitForOptions {
  /** @default none */
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
}

/** Where {@link StateMachineService.attach} begins. @publicApi */
export interface AttachOptions {
  /** @default what the row's status column says */
  readonly state?: StateValue;
  /** @default that of the machine's beginning */
  readonly context?: object;
  readonly transaction?: unknown;
  /** Kept with the transition. */
  readonly metadata?: unknown;
}
