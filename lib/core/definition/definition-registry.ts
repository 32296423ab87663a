import { WorkflowDefinitionError } from '../errors/index.js';
import { assertVersion, assertWorkflowName, definitionKey } from '../records/index.js';
import type { WorkflowDefinition } from './workflow-definition.js';
import type { WorkflowReference } from './workflow-reference.js';

/** How many versions before its own a definition is asked about: versions may be dates, and every one is a key of each claim. */
const EARLIER_VERSIONS = 1_000;

/**
 * Every definition this process can run, by name and version.
 *
 * @internal
 */
export class DefinitionRegistry {
  private readonly byKey = new Map<string, WorkflowDefinition>();
  private readonly newest = new Map<string, WorkflowDefinition>();
  private readonly byTarget = new Map<object, WorkflowDefinition>();
  private readonly listeners = new Set<(definition: WorkflowDefinition) => void>();

  /** Adds a definition. @throws WorkflowDefinitionError when its name is malformed or taken in that version. */
  register(definition: WorkflowDefinition): void {
    assertWorkflowName(definition.name, `workflow "${definition.name}"`);
    assertVersion(definition.version, `workflow "${definition.name}"`);
    const key = definitionKey(definition.name, definition.version);
    const other = this.byKey.get(key);
    if (other === definition) return;
    if (other !== undefined) {
      throw new WorkflowDefinitionError(
        `Two workflows are registered as "${key}": ${describe(other)} and ${describe(definition)}. Give one of them another name or version.`,
      );
    }
    this.byKey.set(key, definition);
    const newest = this.newest.get(definition.name);
    if (newest === undefined || newest.version < definition.version) this.newest.set(definition.name, definition);
    if (definition.target !== undefined) this.byTarget.set(definition.target, definition);
    for (const listener of this.listeners) listener(definition);
  }

  /** Tells of each definition that is added from now on; answers what ends that. */
  onAdded(listener: (definition: WorkflowDefinition) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  get size(): number {
    return this.byKey.size;
  }

  /** `name@version` of everything that can run here, sorted. */
  keys(): string[] {
    return [...this.byKey.keys()].sort();
  }

  /** The same, with the earlier versions whose instances a definition says it can go on with. */
  claimable(): string[] {
    const keys = new Set(this.byKey.keys());
    for (const definition of this.byKey.values()) {
      const { name, version } = definition;
      if (definition.isCompatibleWith === undefined) continue;
      for (let earlier = Math.max(1, version - EARLIER_VERSIONS); earlier < version; earlier++)
        if (definition.isCompatibleWith(earlier)) keys.add(definitionKey(name, earlier));
    }
    return [...keys].sort();
  }

  all(): IterableIterator<WorkflowDefinition> {
    return this.byKey.values();
  }

  get(name: string, version: number): WorkflowDefinition | undefined {
    return this.byKey.get(definitionKey(name, version));
  }

  /** The newest definition of a name that says it can go on with instances of another version. */
  compatible(name: string, version: number): WorkflowDefinition | undefined {
    return [...this.byKey.values()]
      .filter((definition) => definition.name === name && definition.isCompatibleWith?.(version) === true)
      .sort((a, b) => b.version - a.version)[0];
  }

  /** The definition that a reference means. @throws WorkflowDefinitionError when nothing is registered for it. */
  resolve(reference: WorkflowReference, version?: number): WorkflowDefinition {
    // What two files that import each other see of the other's class while they load.
    const given: unknown = reference;
    if (given === undefined || given === null) {
      throw new WorkflowDefinitionError(
        `The workflow to find is ${given === null ? 'null' : 'undefined'}. Give its class or its name; a class is undefined where files import each other.`,
      );
    }
    const found =
      typeof reference === 'string'
        ? this.newest.get(reference)
        : (this.byTarget.get(reference) ?? this.ownDefinition(reference));
    const wanted = found !== undefined && version !== undefined ? this.get(found.name, version) : found;
    if (wanted !== undefined) return wanted;
    const asked =
      typeof reference === 'string' ? `"${reference}"` : `"${(reference as { name?: string }).name ?? 'anonymous'}"`;
    const known = [...this.newest.keys()].sort().join(', ');
    throw new WorkflowDefinitionError(
      found === undefined
        ? `No workflow ${asked} is registered here. Provide its class in a module, or register its definition. Known: ${known || 'none'}.`
        : `Workflow ${asked} has no version ${String(version)} here. Known: ${this.versions(found.name).join(', ')}.`,
    );
  }

  private ownDefinition(reference: Exclude<WorkflowReference, string>): WorkflowDefinition | undefined {
    const { name, version } = reference as Partial<WorkflowDefinition>;
    if (typeof name !== 'string' || typeof version !== 'number') return undefined;
    return this.get(name, version);
  }

  private versions(name: string): number[] {
    return [...this.byKey.values()]
      .filter((definition) => definition.name === name)
      .map((definition) => definition.version);
  }
}

function describe(definition: WorkflowDefinition): string {
  const name = (definition.target as { name?: string } | undefined)?.name;
  return name === undefined ? `a ${definition.model} definition` : `class ${name}`;
}
