// Sagas and their steps
export { Saga } from './saga.definition.js';
export type { SagaExecuteOptions, SagaOptions } from './saga.definition.js';
export { saga, SagaBuilder } from './saga.builder.js';
export { AbstractSaga } from './abstract-saga.js';
export type { AbstractSagaExecuteOptions } from './abstract-saga.js';
export { SagaStep, sagaStep } from './saga-step.js';
export type { SagaStepOptions } from './saga-step.js';
export { ContentAddressedSaga } from './content-addressed-saga.js';
export type { ContentAddressedSagaOptions } from './content-addressed-saga.js';
export { ContentAddressedStage } from './content-addressed-stage.js';
export type { ContentAddressedHandler, ContentAddressedStageOptions } from './content-addressed-stage.js';
export type { ContentBlobStore, ContentCheckpointEntry, ContentCheckpointStore } from './content-checkpoint.js';
export { SagaBatchProcessor } from './saga-batch-processor.js';
export type { SagaBatchProcessorOptions } from './saga-batch-processor.js';
export { SagaTransaction } from './saga-transaction.js';
export type { SagaTransactionAction, SagaTransactionContext, SagaTransactionOptions } from './saga-transaction.js';
export { SagaChild } from './saga-child.js';
export type { SagaChildOptions } from './saga-child.js';
export type { SagaPart } from './saga-part.js';
export type { SagaAction, SagaCompensation, SagaContext } from './saga-context.js';

// How they stand
export { SagaState } from './saga-state.js';
export { SagaStore } from './saga.store.js';
export type { SagaSnapshot } from './saga.store.js';
export { JournalSagaStore } from './journal-saga.store.js';

// In an application
export { SagaWorkflow } from './decorators/saga-workflow.decorator.js';
export { Compensate, Step } from '../discovery/index.js';
export type { CompensateMethodOptions, StepMethodOptions } from '../discovery/index.js';
export { SagaService } from './saga.service.js';
export type { SagaServiceExecuteOptions } from './saga.service.js';
export type { SagaArguments, SagaInputOf, SagaReference, SagaResultsOf } from './saga-reference.js';
export { sagaDefinitionFactory } from './saga.registrar.js';

// Errors
export { isSagaError, SagaError } from './errors/saga.error.js';
export { SagaStepError } from './errors/saga-step.error.js';
export type { SagaStepErrorOptions } from './errors/saga-step.error.js';
export { SagaVersionMismatchError } from './errors/saga-version-mismatch.error.js';
export {
  CompensationFailedError as WorkflowCompensationError,
  WorkflowError,
  WorkflowVersionMismatchError,
} from '../core/errors/index.js';
