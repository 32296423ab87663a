/** What the code table says about one code. @internal */
export interface WorkflowErrorCodeEntry {
  /** The HTTP status an edge answers with unless the error carries its own. */
  readonly httpStatus: number;
  /** One sentence for people: what happened. */
  readonly description: string;
}

/**
 * Every error code of the library, with the HTTP status it maps to and a sentence that says what it means.
 * Codes are persisted in journals and read by clients: one is never renamed and never reused.
 *
 * @publicApi
 */
export const WORKFLOW_ERROR_CODES = {
  // What the caller asked for cannot be done
  WORKFLOW_DEFINITION: {
    httpStatus: 400,
    description: 'A workflow definition, or a reference to one, is wrong.',
  },
  WORKFLOW_INPUT: {
    httpStatus: 400,
    description: 'A value did not pass the validation declared for its place.',
  },
  WORKFLOW_PAYLOAD: {
    httpStatus: 400,
    description: 'A value cannot be stored without being changed or lost, or cannot be read back.',
  },
  WORKFLOW_PAYLOAD_LIMIT: {
    httpStatus: 413,
    description: 'A stored value is larger than the configured limit.',
  },
  WORKFLOW_NOT_FOUND: {
    httpStatus: 404,
    description: 'No workflow instance, or no state machine, has this id.',
  },
  WORKFLOW_ID_CONFLICT: {
    httpStatus: 409,
    description: 'The id belongs to an instance that was started differently.',
  },
  WORKFLOW_STATE: {
    httpStatus: 409,
    description: 'The operation is not possible in the status the instance has.',
  },
  WORKFLOW_START_LOCKED: {
    httpStatus: 409,
    description: 'Another transaction, not yet committed, starts an instance with the same id.',
  },
  WORKFLOW_VERSION_MISMATCH: {
    httpStatus: 409,
    description: 'The registered version of a workflow is not the one that was asked for.',
  },
  WORKFLOW_STATE_MACHINE: {
    httpStatus: 409,
    description: 'The state machine cannot do what was asked of it.',
  },
  WORKFLOW_STATE_CONCURRENCY: {
    httpStatus: 409,
    description: 'Somebody else moved the state machine first.',
  },

  // How a workflow ended
  WORKFLOW_FAILED: {
    httpStatus: 500,
    description: 'The workflow instance failed; the cause says why.',
  },
  WORKFLOW_FAIL: {
    httpStatus: 500,
    description: 'The workflow ended itself as failed.',
  },
  WORKFLOW_CANCELLED: {
    httpStatus: 409,
    description: 'The workflow instance was cancelled.',
  },
  WORKFLOW_TERMINATED: {
    httpStatus: 409,
    description: 'The workflow instance was terminated without running compensations.',
  },
  WORKFLOW_TIMEOUT: {
    httpStatus: 504,
    description: 'The workflow instance did not end within its timeout.',
  },
  WORKFLOW_RESULT_TIMEOUT: {
    httpStatus: 504,
    description: 'The result was not available within the time the caller was willing to wait.',
  },
  CHILD_WORKFLOW_FAILED: {
    httpStatus: 500,
    description: 'A child workflow did not complete; the cause says why.',
  },
  COMPENSATION_FAILED: {
    httpStatus: 500,
    description: 'At least one completed step could not be undone.',
  },

  // How a step ended
  STEP_FAILED: {
    httpStatus: 500,
    description: 'A step used up its attempts; the cause is the last error.',
  },
  STEP_TIMEOUT: {
    httpStatus: 504,
    description: 'One attempt of a step took longer than its timeout.',
  },
  STEP_HEARTBEAT_TIMEOUT: {
    httpStatus: 504,
    description: 'A step did not report a heartbeat in time.',
  },
  STEP_INTERRUPTED: {
    httpStatus: 500,
    description: 'The process stopped during a step that must not run twice.',
  },
  STEP_NON_RETRYABLE: {
    httpStatus: 500,
    description: 'A step failed in a way that another attempt cannot mend.',
  },

  // The code does not fit the journal, or is used wrongly
  WORKFLOW_NON_DETERMINISM: {
    httpStatus: 500,
    description: 'The workflow code asked for something else than its journal recorded.',
  },
  WORKFLOW_JOURNAL_LIMIT: {
    httpStatus: 500,
    description: 'The journal of the instance has reached its hard limit.',
  },
  WORKFLOW_CONTEXT_USAGE: {
    httpStatus: 500,
    description: 'The workflow context was used where, or how, it must not be.',
  },
  WORKFLOW_TRANSACTION: {
    httpStatus: 500,
    description: 'A database transaction was passed, or left out, in a way that would break atomicity.',
  },
  WORKFLOW_OPTIONS: {
    httpStatus: 500,
    description: 'An option has a value that is not accepted.',
  },

  // The ground below
  WORKFLOW_STORE: {
    httpStatus: 503,
    description: 'The store could not be reached, or refused the operation.',
  },
  WORKFLOW_SCHEMA: {
    httpStatus: 503,
    description: 'The tables of the store do not have the version this build needs.',
  },
  WORKFLOW_LEASE_LOST: {
    httpStatus: 503,
    description: 'Another worker took over the instance.',
  },
  EMBEDDED_POSTGRES: {
    httpStatus: 503,
    description: 'The embedded Postgres server could not be started or used.',
  },
} as const satisfies Readonly<Record<string, WorkflowErrorCodeEntry>>;

/** A code that tells what went wrong, stable across releases, processes and realms. @publicApi */
export type WorkflowErrorCode = keyof typeof WORKFLOW_ERROR_CODES;

/** Tells whether a value is one of the library's error codes. @publicApi */
export function isWorkflowErrorCode(value: unknown): value is WorkflowErrorCode {
  return typeof value === 'string' && Object.hasOwn(WORKFLOW_ERROR_CODES, value);
}
