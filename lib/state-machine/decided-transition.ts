import type { MachineEvent } from './logic/machine-step.js';
import type { MachineState } from './machine-state.js';
import type { SettledEffects } from './transition-plan.js';

/** A transition that is decided and not yet written. @internal */
export interface DecidedTransition {
  /** The machine after it; `version` is the one to be written. */
  readonly next: MachineState;
  /** Absent for the first one. */
  readonly from?: MachineState;
  readonly event: MachineEvent;
  readonly effects: SettledEffects;
  readonly metadata?: unknown;
  /** The row of an attached machine shows the state already. */
  readonly keepsRow?: boolean;
}
