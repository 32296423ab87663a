import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link StepHeartbeatTimeoutError} is made of. @publicApi */
export interface StepHeartbeatTimeoutErrorFacts {
  /** The name of the step. */
  readonly step: string;
  /** The longest accepted silence, in milliseconds. */
  readonly heartbeatTimeoutMs: number;
}

/**
 * The error of an attempt whose body reported no heartbeat for longer than `heartbeatTimeout`.
 *
 * @publicApi
 */
export class StepHeartbeatTimeoutError extends WorkflowError {
  /** The name of the step. */
  readonly step: string;
  /** The longest accepted silence, in milliseconds. */
  readonly heartbeatTimeoutMs: number;

  constructor(facts: StepHeartbeatTimeoutErrorFacts) {
    super(
      'STEP_HEARTBEAT_TIMEOUT',
      `Step ${describeValue(facts.step)} reported no heartbeat within ${facts.heartbeatTimeoutMs} ms. Call heartbeat() more often, or raise heartbeatTimeout.`,
    );
    this.step = facts.step;
    this.heartbeatTimeoutMs = facts.heartbeatTimeoutMs;
  }

  override get name(): string {
    return 'StepHeartbeatTimeoutError';
  }
}

/** Tells whether a value is a {@link StepHeartbeatTimeoutError}, also when it was restored from a journal. @publicApi */
export function isStepHeartbeatTimeoutError(value: unknown): value is StepHeartbeatTimeoutError {
  return isWorkflowError(value, 'STEP_HEARTBEAT_TIMEOUT');
}
