import { readOptional } from '../core/definition/index.js';
import { WorkflowVersionMismatchError } from '../core/errors/index.js';
import { assertVersion, newWorkflowId } from '../core/records/index.js';

/** @publicApi */
export interface WorkflowDefinitionOptions<S = unknown> {
  /** @default none */
  readonly steps?: readonly S[];
  /** A positive integer. @default 1 */
  readonly version?: number;
}

/** A name, its steps and its version; immutable. @publicApi */
export class WorkflowDefinition<S = unknown> {
  readonly steps: readonly S[];

  readonly version: number;

  /** @throws WorkflowDefinitionError for a version that is not a positive integer. */
  constructor(name: string, options?: WorkflowDefinitionOptions<S>);
  constructor(name: string, steps?: readonly S[], version?: number | Pick<WorkflowDefinitionOptions<S>, 'version'>);
  constructor(
    readonly name: string,
    ...given: readonly unknown[]
  ) {
    const { steps = [], version = 1 } = readOptional<WorkflowDefinitionOptions<S>>(['steps', 'version'], given);
    assertVersion(version, `workflow "${name}"`);
    this.version = version;
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
