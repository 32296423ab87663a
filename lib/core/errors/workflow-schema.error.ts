import { WorkflowError, isWorkflowError } from './workflow.error.js';

/** What a {@link WorkflowSchemaError} is made of. @publicApi */
export interface WorkflowSchemaErrorFacts {
  /** The version the store has; 0 when its tables do not exist. */
  readonly schemaVersion: number;
  /** The version this build needs. */
  readonly requiredVersion: number;
  /** The schema they are looked for in. */
  readonly schema?: string;
}

/**
 * Thrown at start-up when the tables of the store do not have the version this build needs.
 *
 * @publicApi
 */
export class WorkflowSchemaError extends WorkflowError {
  /** The version the store has; 0 when its tables do not exist. */
  readonly schemaVersion: number;
  /** The version this build needs. */
  readonly requiredVersion: number;

  constructor(facts: WorkflowSchemaErrorFacts) {
    super(
      'WORKFLOW_SCHEMA',
      `The workflow tables${facts.schema === undefined ? '' : ` in the schema "${facts.schema}"`} have version ${facts.schemaVersion}${facts.schemaVersion === 0 ? ' (there are none)' : ''}, but this build needs version ${facts.requiredVersion}. ` +
        (facts.schemaVersion < facts.requiredVersion
          ? 'Let the application migrate them ("typeorm: { migrate: true }"), add workflowMigrations() to the migrations of the data source, or run the SQL that workflowMigrationSql() prints.'
          : 'Deploy a build that knows the newer tables.'),
    );
    this.schemaVersion = facts.schemaVersion;
    this.requiredVersion = facts.requiredVersion;
  }

  override get name(): string {
    return 'WorkflowSchemaError';
  }
}

/** Tells whether a value is a {@link WorkflowSchemaError}, also when it was restored from a journal. @publicApi */
export function isWorkflowSchemaError(value: unknown): value is WorkflowSchemaError {
  return isWorkflowError(value, 'WORKFLOW_SCHEMA');
}
