import type { WorkflowDefinition } from '../core/definition/index.js';
import type { RetryOptions } from '../core/policies/index.js';
import type { InvokedStep } from './invoked-step.js';
import type { MachineLike } from './logic/machine-like.js';
import type { MachineLogic } from './logic/machine-logic.js';
import type { StateValue } from './logic/machine-step.js';

/** What of a stored snapshot a migration sees and answers. @publicApi */
export interface MigratedSnapshot {
  readonly value: StateValue;
  readonly context: unknown;
  readonly status: string;
  readonly [property: string]: unknown;
}

/** The row of an entity that shows the state of its machine; the machine's id is the row's. @publicApi */
export interface AttachedEntity {
  /** The entity's class, or its name. */
  readonly target: unknown;
  /** The property that holds the machine's id. @default 'id' */
  readonly id?: string;
  /** The property that shows the state. @default 'status' */
  readonly status?: string;
}

/** @publicApi */
export interface StateMachineOptions {
  /** A positive integer; raise it when stored snapshots no longer fit. @default 1 */
  readonly version?: number;
  /**
   * Turns the stored snapshot of an older version into one of this version.
   * @default none: an older machine goes on by its own version where that is registered, and is refused otherwise
   */
  readonly migrate?: (snapshot: MigratedSnapshot, fromVersion: number) => MigratedSnapshot;
  /** Writes the state into a column of the application's own row, in the transaction of the transition. Needs TypeORM. */
  readonly entity?: AttachedEntity;
  /** Actions that run inside the transaction of their transition instead of after it, with its `manager`. They can prevent it. */
  readonly transactional?: readonly string[];
  /**
   * Whether what a transition does waits until what the transition before it does and sends is over, also where that is tried again for
   * long; its delays do not wait. Costs a look before the actions and a commit behind them. What it sends waits for what was sent before in
   * any case.
   * @default false
   */
  readonly ordered?: boolean;
  /** Of actions and invoked promises. @default the module's */
  readonly retry?: RetryOptions;
}

/** A registered state machine. @publicApi */
export interface StateMachineDefinition<M extends MachineLike = MachineLike> extends WorkflowDefinition {
  readonly model: 'state-machine';
  /** As it was given: it stands for the definition. */
  readonly machine: M;
  /** @internal */
  readonly plan: MachinePlan;
}

/** What runs a machine: its logic with every implementation. @internal */
export interface MachinePlan {
  readonly name: string;
  readonly version: number;
  /** With the methods of a class put in. */
  readonly machine: MachineLike;
  readonly options: StateMachineOptions;
  readonly transactional: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, InvokedStep>;
  /** Its actors that are workflows, by their names. */
  readonly workflows: ReadonlySet<string>;
  logic(): Promise<MachineLogic>;
}

/**
 * Whether a machine that another one invokes begins in a transaction of its own, behind that of the other: its row or its actions may
 * prevent its beginning, and must not prevent the other's transition. @internal
 */
export function standsByItself({ options, transactional }: MachinePlan): boolean {
  return options.entity !== undefined || transactional.size > 0;
}

/** What a class adds to its machine. @internal */
export interface MachineImplementations {
  readonly machine: MachineLike;
  readonly transactional: readonly string[];
  readonly steps: ReadonlyMap<string, InvokedStep>;
  readonly target: object;
}

/** The machine definition among definitions. @internal */
export function isStateMachineDefinition(value: object): value is StateMachineDefinition {
  return (value as Partial<StateMachineDefinition>).plan !== undefined && 'machine' in value;
}
