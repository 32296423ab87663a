import { WorkflowVersionMismatchError } from '../core/errors/index.js';
import { assertVersion, newWorkflowId } from '../core/records/index.js';

/** A name, its steps and its version; immutable. @publicApi */
export class WorkflowDefinition<S = unknown> {
  readonly steps: readonly S[];

  /** @param version A positive integer. */
  constructor(
    readonly name: string,
    steps: readonly S[] = [],
    readonly version = 1,
  ) {
    assertVersion(version, `workflow "${name}"`);
    this.steps = Object.freeze([...steps]);
    Object.freeze(this);
  }
}

/** One execution of a definition, stamped with the version it was begun with. @publicApi */
export class WorkflowInstance {
  constructor(
    readonly instanceId: string,
    readonly workflowName: string,
    readonly definitionVersion: number,
  ) {}

  /** An instance with a new id, of the definition's version. */
  static create(definition: WorkflowDefinition): WorkflowInstance {
    return new WorkflowInstance(newWorkflowId(), definition.name, definition.version);
  }

  /** @throws WorkflowVersionMismatchError when the definition has another version, higher or lower. */
  validateDefinitionVersion(definition: Pick<WorkflowDefinition, 'version'>): void {
    if (definition.version === this.definitionVersion) return;
    throw new WorkflowVersionMismatchError({
      workflowName: this.workflowName,
      expectedVersion: this.definitionVersion,
      actualVersion: definition.version,
    });
  }
}
