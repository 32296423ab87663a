import { isStateError, StateError } from '../../core/errors/index.js';

const NAME = 'StateTransitionRefusedError';

/** What a {@link StateTransitionRefusedError} is made of. @publicApi */
export interface StateTransitionRefusedFacts {
  readonly machineId: string;
  /** The state it is in. */
  readonly state: string;
  readonly trigger: string;
  readonly version: number;
}

/**
 * The state does not take the trigger: nothing is declared for it, or every guard said no. Nothing happened.
 *
 * @publicApi
 */
export class StateTransitionRefusedError extends StateError {
  readonly machineId: string;
  readonly state: string;
  readonly trigger: string;
  readonly version: number;

  constructor({ machineId, state, trigger, version }: StateTransitionRefusedFacts) {
    super(
      `The state machine "${machineId}" does not take "${trigger}" while it is in "${state}" (version ${version}).`,
    );
    this.machineId = machineId;
    this.state = state;
    this.trigger = trigger;
    this.version = version;
  }

  override get name(): string {
    return NAME;
  }
}

/** Tells whether a value is a {@link StateTransitionRefusedError}, also when it was restored from a journal. @publicApi */
export function isStateTransitionRefusedError(value: unknown): value is StateTransitionRefusedError {
  return isStateError(value) && value.name === NAME;
}
