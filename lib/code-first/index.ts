export { Workflow } from './workflow.decorator.js';
export type { WorkflowOptions } from './workflow-options.interface.js';
export { workflowDefinitionFactory } from './workflow.definition.js';
export type { WorkflowContext, WorkflowRunner } from '../core/definition/index.js';
