import { WorkflowDefinitionError } from '../errors/index.js';

const NAME = /^[A-Za-z0-9.:_-]+$/;
const MAX_NAME_LENGTH = 200;

/** What the database's integer column holds. */
const MAX_VERSION = 2_147_483_647;

/** The text that stands for one version of a workflow: `orders@2`. @internal */
export function definitionKey(name: string, version: number): string {
  return `${name}@${version}`;
}

/**
 * Refuses a workflow name other than letters, digits and `. : _ -`.
 *
 * @param place What has the name, for the message: `class OrderWorkflow`.
 * @throws {@link WorkflowDefinitionError}
 * @internal
 */
export function assertWorkflowName(name: unknown, place: string): asserts name is string {
  if (typeof name === 'string' && name.length <= MAX_NAME_LENGTH && NAME.test(name)) return;
  throw new WorkflowDefinitionError(
    `The name of ${place} is not accepted. Use letters, digits and the characters . : _ - only, at most ${MAX_NAME_LENGTH} of them.`,
  );
}

/**
 * Refuses a version other than a whole number from 1.
 *
 * @param place What has the version, for the message.
 * @throws {@link WorkflowDefinitionError}
 * @internal
 */
export function assertVersion(version: unknown, place: string): asserts version is number {
  if (Number.isInteger(version) && (version as number) >= 1 && (version as number) <= MAX_VERSION) return;
  throw new WorkflowDefinitionError(
    `The version of ${place} is not accepted. Use a whole number from 1, and raise it when the workflow changes.`,
  );
}
