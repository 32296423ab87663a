export { ClassMetadata, ClassMetadataList } from './class-metadata.accessor.js';
export { defineFromInstance } from './define.js';
export type { DecoratedProvider, DefinitionFactory, ProviderTarget } from './definition-factory.interface.js';
export { ProviderExplorer } from './provider.explorer.js';
export type { ExploredProvider } from './provider.explorer.js';
export { WorkflowExplorer } from './workflow.explorer.js';
