import type { DefinitionRegistry } from '../core/definition/index.js';
import { isMachine } from './logic/actor-kinds.js';
import { isStateMachineDefinition, type StateMachineDefinition } from './machine-plan.js';

/** The registered definition of a machine that another one invokes. @internal */
export function invokedMachine(logic: unknown, registry: DefinitionRegistry): StateMachineDefinition | undefined {
  if (!isMachine(logic)) return undefined;
  for (const definition of registry.all()) {
    if (isStateMachineDefinition(definition) && definition.machine === logic) return definition;
  }
  return undefined;
}
