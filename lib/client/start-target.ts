import type { DefinitionRegistry, WorkflowDefinition, WorkflowReference } from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import { assertVersion, assertWorkflowName } from '../core/records/index.js';

/** What a start means: a name, a version, and the definition where this process has it. @internal */
export interface StartTarget {
  readonly name: string;
  readonly version: number;
  readonly definition?: WorkflowDefinition;
}

/**
 * Finds out what to start. A process that only starts workflows need not register them: a name with an explicit version is enough
 * (the definition's validation, limits and defaults then do not apply, because they are not known here).
 *
 * @throws WorkflowDefinitionError
 * @internal
 */
export function resolveStartTarget(
  registry: DefinitionRegistry,
  reference: WorkflowReference,
  version: number | undefined,
): StartTarget {
  if (typeof reference !== 'string' || isRegistered(registry, reference)) {
    const definition = registry.resolve(reference, version);
    return { name: definition.name, version: definition.version, definition };
  }
  assertWorkflowName(reference, `workflow "${reference}"`);
  if (version === undefined) {
    throw new WorkflowDefinitionError(
      `No workflow "${reference}" is registered here, so its newest version is not known. Register it in this process, ` +
        `or name the version that its workers run: start('${reference}', input, { version: 1 }).`,
    );
  }
  assertVersion(version, `workflow "${reference}"`);
  return { name: reference, version };
}

function isRegistered(registry: DefinitionRegistry, name: string): boolean {
  for (const definition of registry.all()) if (definition.name === name) return true;
  return false;
}
