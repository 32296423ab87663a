import { GraphExecutionError, isGraphExecutionError } from './graph-execution.error.js';

/** @publicApi */
export interface HumanInputRequiredOptions {
  readonly node?: string | null;
  readonly checkpointId?: string | null;
}

/** A node waits for a person. @publicApi */
export class HumanInputRequiredError extends GraphExecutionError {
  readonly checkpointId: string | null;

  /** @param prompt What the person is asked. */
  constructor(
    readonly prompt: string,
    options: HumanInputRequiredOptions = {},
  ) {
    const { node = null, checkpointId = null } = options;
    super(`A person has to answer first: ${prompt}`, { node }, 'WORKFLOW_STATE');
    this.checkpointId = checkpointId;
  }

  override get name(): string {
    return 'HumanInputRequiredError';
  }
}

/** Tells whether a value is a {@link HumanInputRequiredError}, also when it was restored from a journal. @publicApi */
export function isHumanInputRequiredError(value: unknown): value is HumanInputRequiredError {
  return isGraphExecutionError(value) && value.name === 'HumanInputRequiredError';
}
