// Pipelines and their steps
export { Pipeline } from './pipeline.definition.js';
export type { PipelineDefinition, PipelineExecuteOptions, PipelineOptions, ResultsOf } from './pipeline.definition.js';
export { ChildStep } from './steps/child-step.js';
export type { ChildInput, ChildStepOptions } from './steps/child-step.js';
export { ConditionalStep } from './steps/conditional-step.js';
export type { ConditionalStepOptions } from './steps/conditional-step.js';
export { FunctionStep } from './steps/function-step.js';
export type { FunctionStepOptions, StepFunction } from './steps/function-step.js';
export { ParallelStep } from './steps/parallel-step.js';
export type { ParallelStepOptions, ResultListOf } from './steps/parallel-step.js';
export { PipelineStep } from './steps/pipeline-step.js';
export type { PipelineStepOptions, ResiliencePolicy } from './steps/pipeline-step.js';
export { child, conditional, parallel, pipelineStep, step } from './steps/step-factories.js';

// What goes through them
export { PipelineContext } from './pipeline-context.js';
export type { PipelineContextOf, PipelineContextOptions, PipelineSnapshot } from './pipeline-context.js';
export { StepStatus } from './step-states.js';
export type { StepExecutionResult, StoredStepState } from './step-states.js';
export type { PipelineCheckpointStore } from './pipeline-checkpoint.js';

// In an application
export { PipelineWorkflow } from './decorators/pipeline-workflow.decorator.js';
export type { PipelineWorkflowOptions } from './decorators/pipeline-workflow.decorator.js';
export { Compensate, Step } from '../discovery/index.js';
export type { CompensateMethodOptions, StepHooksOf, StepMethodOptions } from '../discovery/index.js';
export { PipelineService } from './pipeline.service.js';
export type { PipelineServiceExecuteOptions } from './pipeline.service.js';
export type { PipelineArguments, PipelineInputOf, PipelineReference, PipelineResultsOf } from './pipeline-reference.js';
export { pipelineDefinitionFactory } from './pipeline.registrar.js';

// Definitions and instances
export { WorkflowDefinition, WorkflowInstance } from './workflow-definition.js';
export type { WorkflowDefinitionOptions } from './workflow-definition.js';

// Errors
export { isPipelineExecutionError, PipelineExecutionError } from './errors/pipeline-execution.error.js';
export { WorkflowStepError } from './errors/workflow-step.error.js';
export { PipelineStepError } from './errors/pipeline-step.error.js';
export {
  CompensationFailedError as WorkflowCompensationError,
  WorkflowError,
  WorkflowNotFoundError,
  WorkflowStateError,
  WorkflowTimeoutError,
  WorkflowVersionMismatchError,
} from '../core/errors/index.js';
