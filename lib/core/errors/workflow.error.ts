import { WORKFLOW_ERROR_CODES, isWorkflowErrorCode, type WorkflowErrorCode } from './error-codes.js';

/**
 * Marks the library's errors. A registered symbol, because `instanceof` does not hold across Jest realms and
 * duplicate installations of the package.
 */
const WORKFLOW_ERROR_BRAND: unique symbol = Symbol.for('nestjs-workflow:error') as never;

/** What every error of the library accepts beside its message. @publicApi */
export interface WorkflowErrorOptions {
  /** The error that led to this one; kept as `cause`. */
  readonly cause?: unknown;
  /** Further facts for logs and HTTP edges; must be representable as JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  /**
   * The HTTP status for this one error.
   * @default the status of the code
   */
  readonly httpStatus?: number;
}

/**
 * The base of every error the library throws. Recognise errors by `code` or by their guard
 * (`isStepFailedError(error)`): both also hold for errors that were stored in a journal and restored.
 *
 * @publicApi
 */
export class WorkflowError extends Error {
  /** What went wrong, from the table of codes. */
  readonly code: WorkflowErrorCode;
  /** The HTTP status an edge answers with. */
  readonly httpStatus: number;
  /** Further facts, when there are any. */
  declare readonly details?: Readonly<Record<string, unknown>>;

  /** @param message Of an error of your own: its code is `WORKFLOW_FAILED`. */
  constructor(message?: string, options?: WorkflowErrorOptions);
  constructor(code: WorkflowErrorCode, message: string, options?: WorkflowErrorOptions);
  constructor(first: string = 'Workflow error', second?: string | WorkflowErrorOptions, third?: WorkflowErrorOptions) {
    const isCoded = typeof second === 'string';
    const code = isCoded ? (first as WorkflowErrorCode) : 'WORKFLOW_FAILED';
    const options = (isCoded ? third : second) ?? {};
    super(isCoded ? second : first, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.httpStatus = options.httpStatus ?? WORKFLOW_ERROR_CODES[code].httpStatus;
    if (options.details !== undefined) this.details = options.details;
  }

  // On the prototype, so that the first line of `stack` shows it and minified builds keep it.
  override get name(): string {
    return 'WorkflowError';
  }

  /** @internal */
  get [WORKFLOW_ERROR_BRAND](): true {
    return true;
  }
}

/**
 * Tells whether a value is an error of this library, and, when a code is given, whether it has that code.
 *
 * @publicApi
 */
export function isWorkflowError(value: unknown, code?: WorkflowErrorCode): value is WorkflowError {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<WorkflowError>;
  if (candidate[WORKFLOW_ERROR_BRAND] !== true || !isWorkflowErrorCode(candidate.code)) return false;
  return code === undefined || candidate.code === code;
}
