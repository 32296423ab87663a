// Operations
export { BulkOperation, BulkOperationState } from './bulk-operation.js';
export type { BulkExecuteOptions, BulkOperationOptions } from './bulk-operation.js';
export { BulkOperationConfig } from './bulk-operation-config.js';
export type { BulkOperationConfigOptions } from './bulk-operation-config.js';
export { BulkBatchResult } from './bulk-batch.js';
export type { BulkBatchContext, BulkBatchError, BulkProcessor } from './bulk-batch.js';
export { BulkOperationMetrics } from './bulk-operation-metrics.js';
export type { BulkProgress } from './bulk-operation-metrics.js';
export type { BulkHook, BulkHooks, BulkProgressCallback } from './progress-line.js';
export type { BulkCheckpointStore } from './bulk-checkpoint.js';
export type { BulkCircuitBreaker } from './batch-run.js';
export type { BulkItems } from './batch-source.js';

// Item by item
export { bulkFilter, bulkMap, bulkReduce } from './item-functions.js';

// In an application, and durably
export { bulk, Bulk } from './bulk.definition.js';
export type { BulkOptions } from './bulk.definition.js';
export type { BulkProcess, BulkStepContext, BulkSummary } from './bulk.interpreter.js';
export { BulkWorkflow } from './decorators/bulk-workflow.decorator.js';
export type { BulkRunner, BulkWorkflowOptions } from './decorators/bulk-workflow.decorator.js';
export { bulkDefinitionFactory } from './bulk.registrar.js';
export { BulkService } from './bulk.service.js';
export type { BulkInputOf, BulkReference, BulkServiceExecuteOptions, BulkSummaryOf } from './bulk.service.js';

// Errors
export {
  BulkOperationCancelledError,
  BulkOperationError,
  BulkOperationTimeoutError,
} from './errors/bulk-operation.error.js';
