import { describeValue } from './describe-value.js';
import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowJournalLimitError} is made of. @publicApi */
export interface WorkflowJournalLimitErrorFacts {
  /** The instance. */
  readonly workflowId: string;
  /** How many entries its journal holds. */
  readonly entries: number;
  /** How many it may hold. */
  readonly limit: number;
}

/**
 * The error of an instance whose journal has reached its hard limit.
 *
 * @publicApi
 */
export class WorkflowJournalLimitError extends WorkflowError {
  /** The instance. */
  readonly workflowId: string;
  /** How many entries its journal holds. */
  readonly entries: number;
  /** How many it may hold. */
  readonly limit: number;

  constructor(facts: WorkflowJournalLimitErrorFacts) {
    super(
      'WORKFLOW_JOURNAL_LIMIT',
      `The journal of workflow ${describeValue(facts.workflowId)} holds ${facts.entries} entries, and the limit is ${facts.limit}. ` +
        'Continue long-running loops with ctx.continueAsNew(input), or raise journal.maxEntries.',
    );
    this.workflowId = facts.workflowId;
    this.entries = facts.entries;
    this.limit = facts.limit;
  }

  override get name(): string {
    return 'WorkflowJournalLimitError';
  }
}

/** Tells whether a value is a {@link WorkflowJournalLimitError}, also when it was restored from a journal. @publicApi */
export function isWorkflowJournalLimitError(value: unknown): value is WorkflowJournalLimitError {
  return isWorkflowError(value, 'WORKFLOW_JOURNAL_LIMIT');
}
