import { WorkflowError, type WorkflowErrorCode, type WorkflowErrorOptions } from '../../core/errors/index.js';

/** What a bulk operation as a whole rejects with; batches that fail are results, and no errors. @publicApi */
export class BulkOperationError extends WorkflowError {
  constructor(
    message = 'Bulk operation error',
    options?: WorkflowErrorOptions,
    code: WorkflowErrorCode = 'WORKFLOW_FAILED',
  ) {
    super(code, message, options);
  }

  override get name(): string {
    return 'BulkOperationError';
  }
}

/** The operation took longer than its `timeout`. @publicApi */
export class BulkOperationTimeoutError extends BulkOperationError {
  constructor(message = 'Bulk operation timed out', options?: WorkflowErrorOptions) {
    super(message, options, 'WORKFLOW_TIMEOUT');
  }

  override get name(): string {
    return 'BulkOperationTimeoutError';
  }
}

/** The operation was cancelled, or shut down. @publicApi */
export class BulkOperationCancelledError extends BulkOperationError {
  constructor(message = 'Bulk operation cancelled', options?: WorkflowErrorOptions) {
    super(message, options, 'WORKFLOW_CANCELLED');
  }

  override get name(): string {
    return 'BulkOperationCancelledError';
  }
}
