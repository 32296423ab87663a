export { DefinitionRegistry } from './definition-registry.js';
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.js';
export { schemaValidator } from './value-validator.js';
export type { ValueValidator } from './value-validator.js';
export type {
  ChildHandle,
  ChildOptions,
  CompensationContext,
  ConditionValue,
  ExecuteChildOptions,
  SignalCondition,
  SignalWaitOptions,
  SleepUntil,
  StepContext,
  StepOptions,
  TimerCondition,
  TransactionManager,
  TransactionOptions,
  WaitCondition,
  WaitOutcome,
  WorkflowContext,
} from './workflow-context.js';
export type { ConcurrencyOptions, WorkflowDefinition, WorkflowModel } from './workflow-definition.js';
export type { InputOf, OutputOf, WorkflowClass, WorkflowReference, WorkflowRunner } from './workflow-reference.js';
export { WorkflowSignal } from './workflow-signal.js';
