// In an application
export { StateMachineWorkflow } from './decorators/state-machine-workflow.decorator.js';
export type { StateMachineWorkflowOptions } from './decorators/state-machine-workflow.decorator.js';
export { Action, Guard, Step } from '../discovery/index.js';
export type { ActionMethodOptions, StepMethodOptions } from '../discovery/index.js';
export { StateMachineService } from './state-machine.service.js';
export type {
  AttachOptions,
  CreateMachineArguments,
  CreateMachineOptions,
  ExecuteMachineOptions,
  HistoryOptions,
  MachineArguments,
  SendOptions,
  StateMachineReference,
  WaitForOptions,
} from './state-machine-options.interface.js';
export { StateMachineHandle } from './machine-handle.js';
export { stateMachineDefinitionFactory } from './state-machine.registrar.js';

// Definitions
export { defineStateMachine } from './state-machine.definition.js';
export type { AttachedEntity, MigratedSnapshot, StateMachineDefinition, StateMachineOptions } from './machine-plan.js';
export { stateTable } from './state-table.js';
export type { CreateMachine } from './state-table.js';
export type { StateTable, TableArguments, TableHook, TableTransition } from './table-shape.js';
export { StateMachine } from './state-machine.js';
export type { StateMachineObjectOptions, TableTriggerOptions } from './state-machine.js';
export { DatabaseStatePersistence } from './database-state.persistence.js';
export type { StateDataSource, StateTableOptions } from './database-state.persistence.js';
export { workflowActor } from './workflow-actor.js';
export type { WorkflowActorLogic, WorkflowActorSnapshot } from './workflow-actor.js';
export type { InvokedArguments } from './invoked-step.js';
export type { EventOf, MachineInputOf, MachineLike, MachineOutputOf, SnapshotOf } from './logic/machine-like.js';
export type { MachineEvent, StateValue } from './logic/machine-step.js';
export type { MachineActor } from './logic/xstate.js';

// What is read
export { StateMachineSnapshot } from './machine-view.js';
export type { StateHistoryPage, StateTransition } from './machine-view.js';
export { StatePersistence } from '../core/store/index.js';
export type {
  StateAppendResult,
  StateEnding,
  StateHistoryQuery,
  StateTransitionRecord,
  StateTransitionSeed,
} from '../core/store/index.js';

// Errors
export { StateConcurrencyError, StateError, isStateConcurrencyError, isStateError } from '../core/errors/index.js';
export { StateTransitionRefusedError, isStateTransitionRefusedError } from './errors/state-transition-refused.error.js';
export type { StateTransitionRefusedFacts } from './errors/state-transition-refused.error.js';
