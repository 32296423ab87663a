import type { WorkflowDefinition } from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import type { DefinitionFactory, ProviderTarget } from './definition-factory.interface.js';

/** The factories whose decorator stands on the class. @internal */
export function factoriesOf(target: ProviderTarget, factories: readonly DefinitionFactory[]): DefinitionFactory[] {
  return factories.filter((factory) => factory.metadata.of(target) !== undefined);
}

/**
 * The definition that an instance of a decorated class stands for.
 *
 * @throws WorkflowDefinitionError when no workflow decorator, or more than one, stands on its class.
 *
 * @internal
 */
export async function defineFromInstance(
  instance: object,
  factories: readonly DefinitionFactory[],
): Promise<WorkflowDefinition> {
  const target = instance.constructor as ProviderTarget;
  const place = `class ${target.name}`;
  const [factory, second] = factoriesOf(target, factories);
  if (factory === undefined) {
    const known = factories.map(({ decorator }) => decorator).join(', ');
    throw new WorkflowDefinitionError(`The ${place} is not a workflow: put one of ${known} on it.`);
  }
  if (second !== undefined) {
    throw new WorkflowDefinitionError(
      `The ${place} carries ${factory.decorator} and ${second.decorator}. A class is one workflow: keep one of them.`,
    );
  }
  return factory.create({ target, instance, metadata: factory.metadata.of(target), place });
}
