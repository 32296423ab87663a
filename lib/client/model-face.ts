import type { WorkflowDefinition } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowVersionMismatchError } from '../core/errors/index.js';
import type { WorkflowStore } from '../core/store/index.js';

type Named = Pick<WorkflowDefinition, 'name' | 'version' | 'isCompatibleWith'>;

/** What the service of a model answers to the name of something else. @internal */
export function otherModelError(
  { name, model }: Pick<WorkflowDefinition, 'name' | 'model'>,
  expected: string,
): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `"${name}" is no ${expected}, but a ${model}. Use the service of that model, or WorkflowClient.`,
  );
}

/**
 * Refuses to go on with an instance that was begun in a version that this one does not take over.
 *
 * @param toError What to throw, made of the version it was begun in.
 * @throws WorkflowVersionMismatchError unless told otherwise
 * @internal
 */
export async function refuseOtherVersion(
  store: Pick<WorkflowStore, 'find'>,
  id: string,
  definition: Named,
  toError: (begun: number) => Error = (begun) =>
    new WorkflowVersionMismatchError(definition.name, begun, definition.version),
): Promise<void> {
  const existing = await store.find(id);
  if (existing === undefined || existing.name !== definition.name || existing.version === definition.version) return;
  if (definition.isCompatibleWith?.(existing.version) !== true) throw toError(existing.version);
}
