import { readOptional } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowVersionMismatchError } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { assertVersion, newWorkflowId } from '../core/records/index.js';

/** @publicApi */
export interface WorkflowDefinitionOptions<S = unknown> {
  /** @default none */
  readonly steps?: readonly S[];
  /** A positive integer. @default 1 */
  readonly version?: number;
}

const OPTIONS = knownOptions<WorkflowDefinitionOptions>({ steps: true, version: true });

/** A name, its steps and its version; immutable. @publicApi */
export class WorkflowDefinition<S = unknown> {
  readonly steps: readonly S[];

  readonly version: number;

  /** @throws WorkflowDefinitionError for a name that is none, and a version that is not a positive integer; WorkflowOptionsError */
  constructor(name: string, options?: WorkflowDefinitionOptions<S>);
  constructor(name: string, steps?: readonly S[], version?: number | Pick<WorkflowDefinitionOptions<S>, 'version'>);
  constructor(
    readonly name: string,
    ...given: readonly unknown[]
  ) {
    requireName(name);
    const options = readOptional<WorkflowDefinitionOptions<S>>(['steps', 'version'], given);
    refuseUnknownOptions(options, OPTIONS, `workflow "${name}"`);
    const { steps = [], version = given[1] === null ? null : 1 } = options;
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

  /** An instance with a new id, of the definition's version. @throws WorkflowDefinitionError for what is no definition */
  static create(definition: WorkflowDefinition): WorkflowInstance {
    requireName(definition?.name);
    assertVersion(definition.version, `workflow "${definition.name}"`);
    return new WorkflowInstance(newWorkflowId(), definition.name, definition.version);
  }

  /** @throws WorkflowVersionMismatchError when the definition has another version, higher or lower. */
  validateDefinitionVersion(definition: Pick<WorkflowDefinition, 'version'>): void {
    assertVersion(definition?.version, `workflow "${this.workflowName}"`);
    if (definition.version === this.definitionVersion) return;
    throw new WorkflowVersionMismatchError({
      workflowName: this.workflowName,
      expectedVersion: this.definitionVersion,
      actualVersion: definition.version,
    });
  }
}

function requireName(name: unknown): void {
  if (typeof name === 'string' && name !== '') return;
  throw new WorkflowDefinitionError(
    'A workflow definition has no name. Make it one with a name that is not empty: new WorkflowDefinition("orders").',
  );
}
