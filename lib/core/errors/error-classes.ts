import { ChildWorkflowFailedError } from './child-workflow-failed.error.js';
import { CompensationFailedError } from './compensation-failed.error.js';
import { ContextUsageError } from './context-usage.error.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { LeaseLostError } from './lease-lost.error.js';
import { NonRetryableStepError } from './non-retryable-step.error.js';
import { StepFailedError } from './step-failed.error.js';
import { StepHeartbeatTimeoutError } from './step-heartbeat-timeout.error.js';
import { StepInterruptedError } from './step-interrupted.error.js';
import { StepTimeoutError } from './step-timeout.error.js';
import { WorkflowCancelledError } from './workflow-cancelled.error.js';
import { WorkflowDefinitionError } from './workflow-definition.error.js';
import { WorkflowFailError } from './workflow-fail.error.js';
import { WorkflowFailedError } from './workflow-failed.error.js';
import { WorkflowIdConflictError } from './workflow-id-conflict.error.js';
import { WorkflowInputError } from './workflow-input.error.js';
import { WorkflowJournalLimitError } from './workflow-journal-limit.error.js';
import { WorkflowNonDeterminismError } from './workflow-non-determinism.error.js';
import { WorkflowNotFoundError } from './workflow-not-found.error.js';
import { WorkflowOptionsError } from './workflow-options.error.js';
import { WorkflowPayloadError } from './workflow-payload.error.js';
import { WorkflowPayloadLimitError } from './workflow-payload-limit.error.js';
import { WorkflowResultTimeoutError } from './workflow-result-timeout.error.js';
import { WorkflowSchemaError } from './workflow-schema.error.js';
import { WorkflowStartLockedError } from './workflow-start-locked.error.js';
import { StateConcurrencyError } from './state-concurrency.error.js';
import { StateError } from './state.error.js';
import { WorkflowStateError } from './workflow-state.error.js';
import { WorkflowStoreError } from './workflow-store.error.js';
import { WorkflowTerminatedError } from './workflow-terminated.error.js';
import { WorkflowTimeoutError } from './workflow-timeout.error.js';
import { WorkflowTransactionError } from './workflow-transaction.error.js';
import { WorkflowVersionMismatchError } from './workflow-version-mismatch.error.js';
import type { WorkflowErrorCode } from './error-codes.js';
import type { WorkflowError } from './workflow.error.js';

type WorkflowErrorClass = abstract new (...args: never[]) => WorkflowError;

const ERROR_CLASSES: Readonly<Record<WorkflowErrorCode, WorkflowErrorClass>> = {
  WORKFLOW_DEFINITION: WorkflowDefinitionError,
  WORKFLOW_OPTIONS: WorkflowOptionsError,
  WORKFLOW_INPUT: WorkflowInputError,
  WORKFLOW_PAYLOAD: WorkflowPayloadError,
  WORKFLOW_PAYLOAD_LIMIT: WorkflowPayloadLimitError,
  WORKFLOW_CONTEXT_USAGE: ContextUsageError,
  WORKFLOW_TRANSACTION: WorkflowTransactionError,
  WORKFLOW_NON_DETERMINISM: WorkflowNonDeterminismError,
  WORKFLOW_JOURNAL_LIMIT: WorkflowJournalLimitError,
  WORKFLOW_NOT_FOUND: WorkflowNotFoundError,
  WORKFLOW_ID_CONFLICT: WorkflowIdConflictError,
  WORKFLOW_STATE: WorkflowStateError,
  WORKFLOW_STATE_MACHINE: StateError,
  WORKFLOW_STATE_CONCURRENCY: StateConcurrencyError,
  WORKFLOW_START_LOCKED: WorkflowStartLockedError,
  WORKFLOW_VERSION_MISMATCH: WorkflowVersionMismatchError,
  WORKFLOW_FAILED: WorkflowFailedError,
  WORKFLOW_FAIL: WorkflowFailError,
  WORKFLOW_CANCELLED: WorkflowCancelledError,
  WORKFLOW_TERMINATED: WorkflowTerminatedError,
  WORKFLOW_TIMEOUT: WorkflowTimeoutError,
  WORKFLOW_RESULT_TIMEOUT: WorkflowResultTimeoutError,
  CHILD_WORKFLOW_FAILED: ChildWorkflowFailedError,
  COMPENSATION_FAILED: CompensationFailedError,
  STEP_FAILED: StepFailedError,
  STEP_TIMEOUT: StepTimeoutError,
  STEP_HEARTBEAT_TIMEOUT: StepHeartbeatTimeoutError,
  STEP_INTERRUPTED: StepInterruptedError,
  STEP_NON_RETRYABLE: NonRetryableStepError,
  WORKFLOW_STORE: WorkflowStoreError,
  WORKFLOW_SCHEMA: WorkflowSchemaError,
  WORKFLOW_LEASE_LOST: LeaseLostError,
  EMBEDDED_POSTGRES: EmbeddedPostgresError,
};

/**
 * The class whose instances carry a code, for restoring stored errors.
 *
 * @internal
 */
export function errorClassOf(code: WorkflowErrorCode): WorkflowErrorClass {
  return ERROR_CLASSES[code];
}
