export { readOptional } from './read-optional.js';
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
export type {
  ApprovalOptions,
  ApprovalPolicy,
  ApprovalResult,
  ApprovalTaskOptions,
  ApprovalVote,
  TaskEscalation,
  TaskOptions,
} from './task.js';
export type { ConcurrencyOptions, WorkflowDefinition, WorkflowModel } from './workflow-definition.js';
export type {
  DefinitionReference,
  InputOf,
  ModelClass,
  OutputOf,
  Runnable,
  WorkflowClass,
  WorkflowReference,
} from './workflow-reference.js';
export type { WorkflowRunner } from './workflow-runner.js';
export { signalNameOf, WorkflowSignal } from './workflow-signal.js';
