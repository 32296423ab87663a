import { bulkDefinitionFactory } from './bulk/index.js';
import { workflowDefinitionFactory } from './code-first/index.js';
import type { DefinitionFactory } from './discovery/index.js';
import { graphDefinitionFactory } from './graph/index.js';
import { pipelineDefinitionFactory } from './pipeline/index.js';
import { sagaDefinitionFactory } from './saga/index.js';
import { stateMachineDefinitionFactory } from './state-machine/index.js';

/** Every class decorator that makes a provider a workflow: each model adds its own here. @internal */
export const DEFINITION_FACTORIES: readonly DefinitionFactory[] = [
  workflowDefinitionFactory,
  pipelineDefinitionFactory,
  graphDefinitionFactory,
  sagaDefinitionFactory,
  bulkDefinitionFactory,
  stateMachineDefinitionFactory,
];
