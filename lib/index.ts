// The module
export { WorkflowModule } from './workflow.module.js';
export { workflowOptionsFromEnvironment } from './workflow.environment.js';
export { WORKFLOW_OPTIONS, WORKFLOW_STORE, WORKFLOW_WORKER } from './workflow.constants.js';
export type {
  WorkflowDataSource,
  WorkflowEventsOptions,
  WorkflowJournalOptions,
  WorkflowModuleOptions,
  WorkflowOptionsFactory,
  WorkflowPurgeOptions,
  WorkflowTypeOrmOptions,
  WorkflowWorkerOptions,
} from './workflow-module-options.interface.js';

// Services
export { WorkflowClient, WorkflowHandle } from './client/index.js';
export { PipelineService } from './pipeline/index.js';
export { BulkService } from './bulk/index.js';
export { GraphService } from './graph/index.js';
export { SagaService } from './saga/index.js';
export { StateMachineService } from './state-machine/index.js';
export { TaskService } from './tasks/index.js';
export { WorkflowEvents } from './cqrs/index.js';
export { WorkflowHealthIndicator } from './health/index.js';
export { Worker as WorkflowWorker } from './worker/index.js';
export type { WorkerStatus as WorkflowWorkerStatus } from './worker/index.js';

// Writing workflows
export { Workflow } from './code-first/index.js';
export type { WorkflowOptions } from './code-first/index.js';
export type { WorkflowInputClass } from './discovery/index.js';
export { WorkflowSignal } from './core/definition/index.js';
export type {
  ChildHandle,
  ChildOptions,
  CompensationContext,
  ConcurrencyOptions,
  ConditionValue,
  ExecuteChildOptions,
  InputOf,
  ModelClass,
  OutputOf,
  SignalCondition,
  SignalWaitOptions,
  SleepUntil,
  StandardIssue,
  StandardResult,
  StandardSchema,
  StepContext,
  StepOptions,
  TimerCondition,
  TransactionManager,
  TransactionOptions,
  WaitCondition,
  WaitOutcome,
  WorkflowClass,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowModel,
  WorkflowReference,
  WorkflowRunner,
} from './core/definition/index.js';
export type {
  Backoff,
  BackoffFunction,
  BackoffOptions,
  Jitter,
  RetryOptions,
  RetryPredicate,
  RetryRule,
} from './core/policies/index.js';
export { formatDuration, parseDuration } from './core/time/index.js';
export type { Cancellable, Clock, Duration, Instant, ScheduleOptions } from './core/time/index.js';

// Starting, signalling, reading
export type {
  InstancePage,
  InstanceSignalOptions,
  InstanceSummary,
  InstanceView,
  JournalEntryView,
  JournalOptions,
  ListFilter,
  OpenStepView,
  PurgeOptions,
  RequestReceipt,
  ResultOptions,
  RetryInstanceOptions,
  SignalArguments,
  SignalOptions,
  SignalReceipt,
  StartAndWaitArguments,
  StartArguments,
  StartOptions,
  StatusOptions,
  StoredStreamItem,
  StreamOptions,
  TerminateReceipt,
  UnconsumedSignalView,
  WaitView,
} from './client/index.js';
export { INSTANCE_STATUSES, isTerminal } from './core/records/index.js';
export type {
  InstanceStatus,
  ParentClosePolicy,
  StepStatus,
  TerminalStatus,
  WorkflowAttributes,
  WorkflowHeaders,
} from './core/records/index.js';

// Lifecycle events, and events that start and signal
export {
  SignalOn,
  StartOn,
  StateTransitionedEvent,
  WorkflowCancelledEvent,
  WorkflowCompensatingEvent,
  WorkflowCompensationFailedEvent,
  WorkflowCompletedEvent,
  WorkflowContinuedEvent,
  WorkflowFailedEvent,
  WorkflowLifecycleEvent,
  WorkflowQuarantinedEvent,
  WorkflowResumedEvent,
  WorkflowRetriedEvent,
  WorkflowStartedEvent,
  WorkflowStepCompensatedEvent,
  WorkflowStepCompletedEvent,
  WorkflowStepFailedEvent,
  WorkflowSuspendedEvent,
} from './cqrs/index.js';
export type { EventClass, FromEvent, SignalOnOptions, StartOnOptions, WorkflowEventError } from './cqrs/index.js';
export type { StreamItem } from './core/lifecycle/index.js';

// Health
export type {
  WorkflowHealthReport,
  WorkflowHealthResult,
  WorkflowHealthThresholds,
  WorkflowWorkerHealth,
} from './health/index.js';

// Storage and payloads
export { MemoryStore } from './memory/index.js';
export type { MemoryStoreOptions } from './memory/index.js';
export type { WorkflowStore } from './core/store/index.js';
export { jsonPayloadSerializer } from './core/serialization/index.js';
export type { Journaled, PayloadCodec, PayloadContext, PayloadSerializer } from './core/serialization/index.js';

// Errors
export {
  ChildWorkflowFailedError,
  CompensationFailedError,
  ContextUsageError,
  isChildWorkflowFailedError,
  isCompensationFailedError,
  isContextUsageError,
  isLeaseLostError,
  isNonRetryableStepError,
  isStateConcurrencyError,
  isStateError,
  isStepFailedError,
  isStepHeartbeatTimeoutError,
  isStepInterruptedError,
  isStepTimeoutError,
  isWorkflowCancelledError,
  isWorkflowDefinitionError,
  isWorkflowError,
  isWorkflowErrorCode,
  isWorkflowFailedError,
  isWorkflowFailError,
  isWorkflowIdConflictError,
  isWorkflowInputError,
  isWorkflowJournalLimitError,
  isWorkflowNonDeterminismError,
  isWorkflowNotFoundError,
  isWorkflowOptionsError,
  isWorkflowPayloadError,
  isWorkflowPayloadLimitError,
  isWorkflowResultTimeoutError,
  isWorkflowSchemaError,
  isWorkflowStartLockedError,
  isWorkflowStateError,
  isWorkflowStoreError,
  isWorkflowTerminatedError,
  isWorkflowTimeoutError,
  isWorkflowTransactionError,
  isWorkflowVersionMismatchError,
  LeaseLostError,
  NonRetryableStepError,
  StateConcurrencyError,
  StateError,
  StepFailedError,
  StepHeartbeatTimeoutError,
  StepInterruptedError,
  StepTimeoutError,
  WORKFLOW_ERROR_CODES,
  WorkflowCancelledError,
  WorkflowDefinitionError,
  WorkflowError,
  WorkflowFailedError,
  WorkflowFailError,
  WorkflowIdConflictError,
  WorkflowInputError,
  WorkflowJournalLimitError,
  WorkflowNonDeterminismError,
  WorkflowNotFoundError,
  WorkflowOptionsError,
  WorkflowPayloadError,
  WorkflowPayloadLimitError,
  WorkflowResultTimeoutError,
  WorkflowSchemaError,
  WorkflowStartLockedError,
  WorkflowStateError,
  WorkflowStoreError,
  WorkflowTerminatedError,
  WorkflowTimeoutError,
  WorkflowTransactionError,
  WorkflowVersionMismatchError,
} from './core/errors/index.js';
export type {
  ChildWorkflowFailedErrorFacts,
  CompensationFailedErrorFacts,
  CompensationFailure,
  LeaseLostErrorFacts,
  StepFailedErrorFacts,
  StepHeartbeatTimeoutErrorFacts,
  StepInterruptedErrorFacts,
  StepTimeoutErrorFacts,
  WorkflowCancelledErrorFacts,
  WorkflowErrorCode,
  WorkflowErrorCodeEntry,
  WorkflowErrorOptions,
  WorkflowFailedErrorFacts,
  WorkflowIdConflictErrorFacts,
  WorkflowInputErrorFacts,
  WorkflowInputIssue,
  WorkflowJournalLimitErrorFacts,
  WorkflowNonDeterminismErrorFacts,
  WorkflowNotFoundErrorFacts,
  WorkflowOptionsErrorFacts,
  WorkflowPayloadErrorFacts,
  WorkflowPayloadLimitErrorFacts,
  WorkflowResultTimeoutErrorFacts,
  WorkflowSchemaErrorFacts,
  WorkflowStartLockedErrorFacts,
  WorkflowStateErrorFacts,
  WorkflowStoreErrorFacts,
  WorkflowTerminatedErrorFacts,
  WorkflowTimeoutErrorFacts,
  WorkflowVersionMismatchErrorFacts,
} from './core/errors/index.js';
