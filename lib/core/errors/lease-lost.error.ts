import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link LeaseLostError} is made of. @publicApi */
export interface LeaseLostErrorFacts {
  /** The instance. */
  readonly workflowId: string;
  /** How many workers in a row were lost while they executed it; absent: another one has merely taken it over. */
  readonly crashes?: number;
}

/**
 * The reason of the abort signals of an instance that another worker has taken over. What this worker still does with it
 * is dropped. With `crashes` the reason why an instance was quarantined: nobody who executes it survives.
 *
 * @publicApi
 */
export class LeaseLostError extends WorkflowError {
  /** The instance. */
  readonly workflowId: string;

  constructor(facts: LeaseLostErrorFacts) {
    super(
      'WORKFLOW_LEASE_LOST',
      facts.crashes === undefined
        ? `Another worker took over the workflow ${describeValue(facts.workflowId)}; what this worker still does for it is dropped.`
        : `The workflow ${describeValue(facts.workflowId)} has lost its worker ${facts.crashes} times in a row without a new entry in its journal. What its next step does may end the process: deploy a build that does not, or terminate it.`,
    );
    this.workflowId = facts.workflowId;
  }

  override get name(): string {
    return 'LeaseLostError';
  }
}

/** Tells whether a value is a {@link LeaseLostError}, also when it was restored from a journal. @publicApi */
export function isLeaseLostError(value: unknown): value is LeaseLostError {
  return isWorkflowError(value, 'WORKFLOW_LEASE_LOST');
}
