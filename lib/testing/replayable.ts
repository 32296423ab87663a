import type { WorkflowDefinition, WorkflowRunner } from '../core/definition/index.js';
import { WorkflowDefinitionError, describeValue } from '../core/errors/index.js';
import { defineFromInstance } from '../discovery/index.js';
import { DEFINITION_FACTORIES } from '../workflow.definition-factories.js';

/** A decorated class, an instance of one, or a definition. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors are contravariant: nothing narrower accepts every class
export type Replayable = (new (...args: any[]) => WorkflowRunner<any, any>) | WorkflowDefinition | object;

/**
 * The definition that is meant. Of a class an instance is made, without what it injects.
 *
 * @throws WorkflowDefinitionError for what is no workflow
 * @internal
 */
export async function definitionOf(given: Replayable): Promise<WorkflowDefinition> {
  if (isClass(given)) return defineFromInstance(new given(), DEFINITION_FACTORIES);
  if (isDefinition(given)) return given;
  if (typeof given === 'object' && given !== null) return defineFromInstance(given, DEFINITION_FACTORIES);
  throw new WorkflowDefinitionError(
    `${describeValue(given)} is no workflow. Give a decorated class, an instance of one, or a definition.`,
  );
}

/** Refuses a class whose steps would find nothing in the place of what it injects. @throws WorkflowDefinitionError @internal */
export function refuseWithoutDependencies(given: Replayable): void {
  if (!isClass(given) || given.length === 0) return;
  throw new WorkflowDefinitionError(
    `The class ${given.name} takes ${given.length === 1 ? 'an argument' : `${given.length} arguments`} in its constructor. ` +
      `Give an instance made with what the test wants it to inject: new ${given.name}(…).`,
  );
}

function isClass(given: unknown): given is new () => object {
  return typeof given === 'function';
}

function isDefinition(given: unknown): given is WorkflowDefinition {
  const { name, version, run } = (given ?? {}) as Partial<WorkflowDefinition>;
  return typeof name === 'string' && typeof version === 'number' && typeof run === 'function';
}
