import type { DefinitionRegistry } from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import type { MachineLike } from './logic/machine-like.js';
import { isStateMachineDefinition, type StateMachineDefinition } from './machine-plan.js';

/** The newest definition that was made of a machine. @throws WorkflowDefinitionError when there is none @internal */
export function registeredMachine<M extends MachineLike>(
  registry: DefinitionRegistry,
  machine: M,
): StateMachineDefinition<M> {
  let found: StateMachineDefinition<M> | undefined;
  for (const definition of registry.all()) {
    if (!isStateMachineDefinition(definition) || (definition.machine as unknown) !== machine) continue;
    if (found === undefined || found.version < definition.version) found = definition as StateMachineDefinition<M>;
  }
  if (found !== undefined) return found;
  throw new WorkflowDefinitionError(
    `The machine "${machine.id}" is not registered here. Give it to @StateMachineWorkflow, StateMachineService.register, or WorkflowModule.forFeature([defineStateMachine(…)]).`,
  );
}
