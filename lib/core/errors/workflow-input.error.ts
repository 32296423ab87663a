import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** One finding of a validator. @publicApi */
export interface WorkflowInputIssue {
  /** Where the finding is, relative to the value: `items[3].price`; empty for the value itself. */
  readonly path: string;
  /** What is wrong there. */
  readonly message: string;
}

const SHOWN_ISSUES = 5;

function summarise(issues: readonly WorkflowInputIssue[]): string {
  const shown = issues
    .slice(0, SHOWN_ISSUES)
    .map((issue) => (issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`))
    .join('; ');
  return issues.length > SHOWN_ISSUES ? `${shown}; and ${issues.length - SHOWN_ISSUES} more` : shown;
}

/** What a {@link WorkflowInputError} is made of. @publicApi */
export interface WorkflowInputErrorFacts {
  /** What was validated: `the input of workflow "orders"`. */
  readonly place: string;
  /** Every finding, in the order of the validator. */
  readonly issues: readonly WorkflowInputIssue[];
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown when a value does not pass the validation declared for its place. No value is part of the message.
 *
 * @publicApi
 */
export class WorkflowInputError extends WorkflowError {
  /** What was validated: `the input of workflow "orders"`. */
  readonly place: string;
  /** Every finding, in the order of the validator. */
  readonly issues: readonly WorkflowInputIssue[];

  constructor(facts: WorkflowInputErrorFacts) {
    super('WORKFLOW_INPUT', `${facts.place} is not valid: ${summarise(facts.issues)}`, {
      cause: facts.cause,
    });
    this.place = facts.place;
    this.issues = facts.issues;
  }

  override get name(): string {
    return 'WorkflowInputError';
  }
}

/** Tells whether a value is a {@link WorkflowInputError}, also when it was restored from a journal. @publicApi */
export function isWorkflowInputError(value: unknown): value is WorkflowInputError {
  return isWorkflowError(value, 'WORKFLOW_INPUT');
}
