import type { SnapshotOf } from './logic/machine-like.js';
import type { MachineLogic } from './logic/machine-logic.js';
import type { LiveSnapshot, MachineEvent, StateValue } from './logic/machine-step.js';
import type { MachineState } from './machine-state.js';

type Part<S, K extends string, Otherwise> = S extends { readonly [P in K]: infer T } ? T : Otherwise;

/** One machine as it stands, for who looks at it. @publicApi */
export class StateMachineSnapshot<M = unknown> {
  readonly id: string;
  readonly name: string;
  /** The machine's own counter: how many transitions it has made, its creation included. */
  readonly version: number;
  readonly definitionVersion: number;
  readonly value: Part<SnapshotOf<M>, 'value', StateValue>;
  readonly context: Part<SnapshotOf<M>, 'context', unknown>;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly output: Part<SnapshotOf<M>, 'output', unknown>;
  /** What it failed with, when its status is `error`. */
  readonly error: unknown;
  readonly tags: ReadonlySet<string>;
  /** When its last transition was written. */
  readonly updatedAt: Date;
  readonly #snapshot: LiveSnapshot;
  readonly #logic: MachineLogic;

  /** @internal */
  constructor({ id, version, plan, logic, snapshot, at }: MachineState) {
    this.id = id;
    this.name = plan.name;
    this.version = version;
    this.definitionVersion = plan.version;
    this.value = snapshot.value as typeof this.value;
    this.context = snapshot.context as typeof this.context;
    this.status = snapshot.status;
    this.output = snapshot.output as typeof this.output;
    this.error = snapshot.error;
    this.tags = snapshot.tags;
    this.updatedAt = new Date(at);
    this.#snapshot = snapshot;
    this.#logic = logic;
  }

  /** Whether the machine is in a state, or in one below it. */
  matches(value: StateValue): boolean {
    return this.#snapshot.matches(value);
  }

  /** Whether one of its states carries a tag. */
  hasTag(tag: string): boolean {
    return this.tags.has(tag);
  }

  /** Whether the state takes an event. */
  can(trigger: string | MachineEvent): boolean {
    const event = typeof trigger === 'string' ? { type: trigger } : trigger;
    return this.status === 'active' && this.#logic.can(this.#snapshot, event);
  }
}

/** One transition of a machine. @publicApi */
export interface StateTransition {
  readonly version: number;
  /** Absent for the first one. */
  readonly from?: StateValue;
  readonly to: StateValue;
  /** `$created` for the first one. */
  readonly trigger: string;
  /** What came with the trigger; the input of the first one. */
  readonly payload?: unknown;
  readonly metadata?: unknown;
  readonly definitionVersion: number;
  readonly at: Date;
}

/** A page of a history, oldest first. @publicApi */
export interface StateHistoryPage {
  readonly items: readonly StateTransition[];
  /** Give it as `cursor` to read on; absent at the end. */
  readonly nextCursor?: string;
}
