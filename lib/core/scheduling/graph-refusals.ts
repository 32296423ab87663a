import { WorkflowDefinitionError } from '../errors/index.js';

/** @internal */
export function takenName(name: string, place: string): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `The name "${name}" is given to two steps of ${place}. Give each step a name of its own.`,
  );
}

/** @internal */
export function unknownDependency(name: string, dependency: string, place: string): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `Step "${name}" of ${place} depends on "${dependency}", and there is no such step. Add it, or correct the dependency.`,
  );
}

/** @param circle The names, the first one again at the end. @internal */
export function circularDependency(circle: readonly string[], place: string): WorkflowDefinitionError {
  const path = circle.map((name) => `"${name}"`).join(' → ');
  return new WorkflowDefinitionError(
    `The steps of ${place} have a circular dependency: ${path}. None of them could ever begin; remove one of these dependencies.`,
  );
}
