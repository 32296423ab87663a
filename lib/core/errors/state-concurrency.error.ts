import { describeValue } from './describe-value.js';
import { StateError } from './state.error.js';
import { isWorkflowError } from './workflow.error.js';

/**
 * Somebody else moved the state machine first; nothing of this transition was done. Read the machine again, and decide anew.
 *
 * @publicApi
 */
export class StateConcurrencyError extends StateError {
  /**
   * @param expected The version that the transition was decided on.
   * @param actual The version that the machine has; 0 when there is none.
   */
  constructor(
    readonly expected: number,
    readonly actual: number,
    readonly machineId?: string,
  ) {
    const machine = machineId === undefined ? 'The state machine' : `The state machine ${describeValue(machineId)}`;
    super(
      `${machine} was expected at version ${expected}, but is at version ${actual}. Read it again, and decide on what it is now.`,
      undefined,
      'WORKFLOW_STATE_CONCURRENCY',
    );
  }

  override get name(): string {
    return 'StateConcurrencyError';
  }
}

/** Tells whether a value is a {@link StateConcurrencyError}, also when it was restored from a journal. @publicApi */
export function isStateConcurrencyError(value: unknown): value is StateConcurrencyError {
  return isWorkflowError(value, 'WORKFLOW_STATE_CONCURRENCY');
}
