export { carriedTo, continueCarrying } from './continue-as-new.js';
export { planChild, slotsOf } from './child-plan.js';
export type { EngineOptions, EngineServices } from './engine-services.js';
export { servicesOf } from './execution-host.js';
export { Execution } from './execution.js';
export type { ExecutionHooks, RunListener } from './turn-loop.js';
export { Lease } from './lease.js';
export { generationSeed } from './generation-seed.js';
export { currentStepScope, runInStepScope, runOutsideSteps } from './step-scope.js';
export type { StepScope } from './step-scope.js';
export type { Verdict } from './verdict.js';
export { SLEEP_CONDITION } from './wait-call.js';
export { executeInMemory } from './execute-in-memory.js';
export type { ExecuteInMemoryOptions } from './execute-in-memory.js';
export {
  beginHook,
  beginStep,
  beginVisit,
  HOOK,
  isInMemory,
  recordedEntries,
  registryOf,
  scopeBelow,
  unwatchedSteps,
} from './interpreter-calls.js';
export type { UnwatchedSteps } from './interpreter-calls.js';
export { statusOfFailure } from './failure-status.js';
export { HouseSettings } from './house-settings.js';
export { needsStore } from './memory-context.js';
export { standaloneServices } from './memory-services.js';
export type { MemoryServices } from './memory-services.js';
export { attributeFailure } from './failure-origin.js';
export { checkTask, type AnyTaskOptions } from './task-description.js';
export { readIsolation } from './transaction-call.js';
export { runTask } from './task-run.js';
export type { CheckedAnswer, TaskPort, TaskTimers, TaskTurn } from './task-run.js';
export { taskSignalKey } from './task-calls.js';
