import type { WorkflowDefinition } from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import { defineFromInstance, factoriesOf } from './define.js';
import type { DefinitionFactory } from './definition-factory.interface.js';
import type { ExploredProvider, ProviderExplorer } from './provider.explorer.js';

/**
 * Finds the decorated workflow classes among the application's providers and turns them into definitions.
 *
 * @internal
 */
export class WorkflowExplorer {
  constructor(private readonly providers: ProviderExplorer) {}

  /**
   * @throws WorkflowDefinitionError for a provider that is not a singleton, a class provided twice, and whatever the factory refuses.
   */
  async explore(factories: readonly DefinitionFactory[]): Promise<WorkflowDefinition[]> {
    const decorated = this.providers.explore().filter(({ target }) => factoriesOf(target, factories).length > 0);
    const byTarget = new Map<object, ExploredProvider>();
    const definitions: WorkflowDefinition[] = [];
    for (const provider of decorated) {
      const { target, instance, moduleName } = provider;
      if (instance === undefined) throw notSingleton(provider);
      const other = byTarget.get(target);
      if (other !== undefined) {
        throw new WorkflowDefinitionError(
          `The workflow class ${target.name} is provided twice, in ${other.moduleName} and in ${moduleName}. ` +
            'Provide it in one module, and import that module where it is needed.',
        );
      }
      byTarget.set(target, provider);
      definitions.push(await defineFromInstance(instance, factories));
    }
    return definitions;
  }
}

function notSingleton({ target, scope, moduleName }: ExploredProvider): WorkflowDefinitionError {
  const why =
    scope === 'transient'
      ? 'is transient: every consumer would get an instance of its own'
      : 'is request-scoped, itself or through something it injects: there is no request while it runs';
  return new WorkflowDefinitionError(
    `The workflow class ${target.name} in ${moduleName} ${why}. ` +
      'Make it a singleton, and resolve what is request-scoped inside a step with ModuleRef.resolve().',
  );
}
