// Base, codes and recognition
export {
  WORKFLOW_ERROR_CODES,
  isWorkflowErrorCode,
  type WorkflowErrorCode,
  type WorkflowErrorCodeEntry,
} from './error-codes.js';
export { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';
export { errorClassOf } from './error-classes.js';
export { describeValue } from './describe-value.js';
export { readable, toError } from './readable.js';

// What is asked for cannot be done
export { WorkflowDefinitionError, isWorkflowDefinitionError } from './workflow-definition.error.js';
export {
  WorkflowOptionsError,
  isWorkflowOptionsError,
  type WorkflowOptionsErrorFacts,
} from './workflow-options.error.js';
export {
  WorkflowInputError,
  isWorkflowInputError,
  type WorkflowInputIssue,
  type WorkflowInputErrorFacts,
} from './workflow-input.error.js';
export {
  WorkflowPayloadError,
  isWorkflowPayloadError,
  type WorkflowPayloadErrorFacts,
} from './workflow-payload.error.js';
export {
  WorkflowPayloadLimitError,
  isWorkflowPayloadLimitError,
  type WorkflowPayloadLimitErrorFacts,
} from './workflow-payload-limit.error.js';
export { ContextUsageError, isContextUsageError } from './context-usage.error.js';
export { WorkflowTransactionError, isWorkflowTransactionError } from './workflow-transaction.error.js';
export {
  WorkflowNonDeterminismError,
  isWorkflowNonDeterminismError,
  type WorkflowNonDeterminismErrorFacts,
} from './workflow-non-determinism.error.js';
export {
  WorkflowJournalLimitError,
  isWorkflowJournalLimitError,
  type WorkflowJournalLimitErrorFacts,
} from './workflow-journal-limit.error.js';

// Instances and how they end
export {
  WorkflowNotFoundError,
  isWorkflowNotFoundError,
  type WorkflowNotFoundErrorFacts,
} from './workflow-not-found.error.js';
export {
  WorkflowIdConflictError,
  isWorkflowIdConflictError,
  type WorkflowIdConflictErrorFacts,
} from './workflow-id-conflict.error.js';
export { StateError, isStateError } from './state.error.js';
export { StateConcurrencyError, isStateConcurrencyError } from './state-concurrency.error.js';
export { WorkflowStateError, isWorkflowStateError, type WorkflowStateErrorFacts } from './workflow-state.error.js';
export {
  WorkflowStartLockedError,
  isWorkflowStartLockedError,
  type WorkflowStartLockedErrorFacts,
} from './workflow-start-locked.error.js';
export {
  WorkflowVersionMismatchError,
  isWorkflowVersionMismatchError,
  type WorkflowVersionMismatchErrorFacts,
} from './workflow-version-mismatch.error.js';
export { WorkflowFailedError, isWorkflowFailedError, type WorkflowFailedErrorFacts } from './workflow-failed.error.js';
export { WorkflowFailError, isWorkflowFailError } from './workflow-fail.error.js';
export {
  WorkflowCancelledError,
  isWorkflowCancelledError,
  type WorkflowCancelledErrorFacts,
} from './workflow-cancelled.error.js';
export {
  WorkflowTerminatedError,
  isWorkflowTerminatedError,
  type WorkflowTerminatedErrorFacts,
} from './workflow-terminated.error.js';
export {
  WorkflowTimeoutError,
  isWorkflowTimeoutError,
  type WorkflowTimeoutErrorFacts,
} from './workflow-timeout.error.js';
export {
  WorkflowResultTimeoutError,
  isWorkflowResultTimeoutError,
  type WorkflowResultTimeoutErrorFacts,
} from './workflow-result-timeout.error.js';
export {
  ChildWorkflowFailedError,
  isChildWorkflowFailedError,
  type ChildWorkflowFailedErrorFacts,
} from './child-workflow-failed.error.js';
export {
  CompensationFailedError,
  compensationFailure,
  isCompensationFailedError,
  type CompensationFailure,
  type CompensationFailedErrorFacts,
} from './compensation-failed.error.js';

// Steps
export { ownError } from './own-error.js';
export { StepFailedError, isStepFailedError, type StepFailedErrorFacts } from './step-failed.error.js';
export { StepTimeoutError, isStepTimeoutError, type StepTimeoutErrorFacts } from './step-timeout.error.js';
export {
  StepHeartbeatTimeoutError,
  isStepHeartbeatTimeoutError,
  type StepHeartbeatTimeoutErrorFacts,
} from './step-heartbeat-timeout.error.js';
export {
  StepInterruptedError,
  isStepInterruptedError,
  type StepInterruptedErrorFacts,
} from './step-interrupted.error.js';
export { NonRetryableStepError, isNonRetryableStepError } from './non-retryable-step.error.js';

// The ground below
export { closedStore } from './closed-store.js';
export { WorkflowStoreError, isWorkflowStoreError, type WorkflowStoreErrorFacts } from './workflow-store.error.js';
export { WorkflowSchemaError, isWorkflowSchemaError, type WorkflowSchemaErrorFacts } from './workflow-schema.error.js';
export { LeaseLostError, isLeaseLostError, type LeaseLostErrorFacts } from './lease-lost.error.js';
export { EmbeddedPostgresError, isEmbeddedPostgresError } from './embedded-postgres.error.js';
