import type { DefinitionRegistry } from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import { isMachine } from './logic/actor-kinds.js';
import type { MachineLike } from './logic/machine-like.js';
import { isStateMachineDefinition, type MachinePlan, type StateMachineDefinition } from './machine-plan.js';

/** The registered definition of a machine that another one invokes. @internal */
export function invokedMachine(logic: unknown, registry: DefinitionRegistry): StateMachineDefinition | undefined {
  if (!isMachine(logic)) return undefined;
  for (const definition of registry.all()) {
    if (isStateMachineDefinition(definition) && definition.machine === logic) return definition;
  }
  return undefined;
}

/**
 * A machine that another one invokes is one by itself, with a name by which it is found again.
 *
 * @throws WorkflowDefinitionError naming the machine that is not registered, and the mend
 * @internal
 */
export function refuseUnregistered({ name, machine }: MachinePlan, registry: DefinitionRegistry): void {
  const { actors } = machine.implementations as { actors: Readonly<Record<string, unknown>> };
  for (const src of invokedBy(machine.root as NodeLike)) {
    const logic = actors[src];
    if (isMachine(logic) && invokedMachine(logic, registry) === undefined) throw isUnregistered(name, src, logic);
  }
}

function isUnregistered(name: string, src: string, { id }: MachineLike): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `The state machine "${name}" invokes the machine "${src}" ("${id}"), which is not registered here. Register the same object as a state machine of its own.`,
  );
}

function invokedBy({ invoke, states }: NodeLike): string[] {
  return [...invoke.map(({ src }) => src), ...Object.values(states).flatMap(invokedBy)];
}

interface NodeLike {
  readonly invoke: readonly { readonly src: string }[];
  readonly states: Readonly<Record<string, NodeLike>>;
}
