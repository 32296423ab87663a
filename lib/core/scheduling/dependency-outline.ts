import type { DependencyNode } from './dependency-graph.js';
import { circularDependency, takenName, unknownDependency } from './graph-refusals.js';

/**
 * Checks a graph that grows node by node, each in time that depends on itself alone. What is already there cannot depend on what
 * comes after it, so that only a node that waits for itself closes a circle.
 *
 * @internal
 */
export class DependencyOutline {
  private readonly names: Set<string>;

  /** @param names Of a graph that has been checked. */
  constructor(
    names: Iterable<string>,
    private readonly place: string,
  ) {
    this.names = new Set(names);
  }

  /** @throws WorkflowDefinitionError as a graph does, and then the outline is as it was. */
  add({ name, dependencies = [] }: DependencyNode): void {
    const { names, place } = this;
    if (names.has(name)) throw takenName(name, place);
    for (const dependency of dependencies) {
      if (dependency === name) throw circularDependency([name, name], place);
      if (!names.has(dependency)) throw unknownDependency(name, dependency, place);
    }
    names.add(name);
  }
}
