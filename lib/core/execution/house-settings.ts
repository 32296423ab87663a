import type { DefinitionRegistry, WorkflowContext } from '../definition/index.js';
import { registryOf } from './interpreter-calls.js';

/**
 * What the module says for definitions of one model that say nothing themselves, by the registry of its application: two applications of
 * one process may run the same definition, each with its own settings.
 *
 * @internal
 */
export class HouseSettings<T extends object> {
  private readonly byRegistry = new WeakMap<DefinitionRegistry, T>();

  /** Notes them, before anything runs. */
  note(registry: DefinitionRegistry, settings: T): void {
    this.byRegistry.set(registry, settings);
  }

  /** Those of an application; none where no module was told any. */
  in(registry: DefinitionRegistry | undefined): T | undefined {
    return registry && this.byRegistry.get(registry);
  }

  /** Those of the application that executes a run, with a journal or without one. */
  of(ctx: WorkflowContext): T | undefined {
    return this.in(registryOf(ctx));
  }
}
