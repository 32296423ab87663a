import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowVersionMismatchError} is made of. @publicApi */
export interface WorkflowVersionMismatchErrorFacts {
  /** The name of the definition. */
  readonly workflowName: string;
  /** The version that was asked for. */
  readonly expectedVersion: number;
  /** The version that was found. */
  readonly actualVersion: number;
}

/**
 * Thrown when the version of a definition that was asked for is not the one at hand.
 *
 * @publicApi
 */
export class WorkflowVersionMismatchError extends WorkflowError {
  /** The name of the definition. */
  readonly workflowName: string;
  /** The version that was asked for. */
  readonly expectedVersion: number;
  /** The version that was found. */
  readonly actualVersion: number;

  constructor(facts: WorkflowVersionMismatchErrorFacts);
  constructor(workflowName: string, expectedVersion: number, actualVersion: number);
  constructor(given: WorkflowVersionMismatchErrorFacts | string, expectedVersion = 0, actualVersion = 0) {
    const facts = typeof given === 'string' ? { workflowName: given, expectedVersion, actualVersion } : given;
    super(
      'WORKFLOW_VERSION_MISMATCH',
      `Version ${facts.expectedVersion} of the workflow ${describeValue(facts.workflowName)} was expected, but version ${facts.actualVersion} was found. ` +
        `Register version ${facts.expectedVersion}, or ask for version ${facts.actualVersion}.`,
    );
    this.workflowName = facts.workflowName;
    this.expectedVersion = facts.expectedVersion;
    this.actualVersion = facts.actualVersion;
  }

  override get name(): string {
    return 'WorkflowVersionMismatchError';
  }
}

/** Tells whether a value is a {@link WorkflowVersionMismatchError}, also when it was restored from a journal. @publicApi */
export function isWorkflowVersionMismatchError(value: unknown): value is WorkflowVersionMismatchError {
  return isWorkflowError(value, 'WORKFLOW_VERSION_MISMATCH');
}
