import { WorkflowError, isWorkflowError } from './workflow.error.js';

/**
 * Thrown when the embedded Postgres server cannot be started or used. The message says what stands in the way and what to do about it.
 *
 * @publicApi
 */
export class EmbeddedPostgresError extends WorkflowError {
  constructor(message: string, facts: { readonly cause?: unknown } = {}) {
    super('EMBEDDED_POSTGRES', message, { cause: facts.cause });
  }

  override get name(): string {
    return 'EmbeddedPostgresError';
  }
}

/** Tells whether a value is an {@link EmbeddedPostgresError}, also when it was restored from a journal. @publicApi */
export function isEmbeddedPostgresError(value: unknown): value is EmbeddedPostgresError {
  return isWorkflowError(value, 'EMBEDDED_POSTGRES');
}
