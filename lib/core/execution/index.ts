export { planChild, slotsOf } from './child-plan.js';
export type { EngineOptions, EngineServices } from './engine-services.js';
export { Execution } from './execution.js';
export type { ExecutionHooks } from './turn-loop.js';
export { Lease } from './lease.js';
export { generationSeed } from './generation-seed.js';
export { currentStepScope, runOutsideSteps } from './step-scope.js';
export type { StepScope } from './step-scope.js';
export type { Verdict } from './verdict.js';
