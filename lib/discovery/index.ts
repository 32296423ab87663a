export { ClassMetadata, ClassMetadataList } from './class-metadata.accessor.js';
export { defineFromInstance } from './define.js';
export type { DecoratedProvider, DefinitionFactory, ProviderTarget } from './definition-factory.interface.js';
export { ProviderExplorer } from './provider.explorer.js';
export type { ExploredProvider } from './provider.explorer.js';
export { Step, stepMethodsOf } from './step.decorator.js';
export type { StepMethod, StepMethodOptions } from './step.decorator.js';
export { WorkflowExplorer } from './workflow.explorer.js';
