import { WorkflowSchemaError } from '../../core/errors/index.js';
import type { ResilientDatabase, SqlExecutor } from '../connection/index.js';
import type { TableNames } from '../sql/index.js';
import { initialMigration } from './001-initial.migration.js';
import { stateTransitionsMigration } from './002-state-transitions.migration.js';
import { endedMachinesMigration } from './003-ended-machines.migration.js';
import type { SchemaMigration } from './migration.js';

/** Every step, in order. @internal */
export const MIGRATIONS: readonly SchemaMigration[] = [
  initialMigration,
  stateTransitionsMigration,
  endedMachinesMigration,
];

/** The version of the tables that this build needs. @publicApi */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** One lock for every schema and prefix of a database: creating a schema twice at once fails even with `IF NOT EXISTS`. */
const LOCK_NAME = 'nestjs-workflow:migrations';

/** Brings the tables to the version this build needs, and tells which one they have. @internal */
export class SchemaMigrator {
  constructor(
    private readonly database: ResilientDatabase,
    private readonly tables: TableNames,
  ) {}

  /** The version the tables have; 0 when there are none. */
  async currentVersion(): Promise<number> {
    return this.database.transaction((executor) => this.readVersion(executor));
  }

  /** @throws WorkflowSchemaError when the tables are behind. */
  async requireCurrent(): Promise<void> {
    const schemaVersion = await this.currentVersion();
    if (schemaVersion < SCHEMA_VERSION)
      throw new WorkflowSchemaError({ schemaVersion, requiredVersion: SCHEMA_VERSION, schema: this.tables.schema });
  }

  /** Safe from any number of processes at once: the first one works, the others wait and find it done. */
  async migrate(): Promise<void> {
    // Without the lock first: a process of many that finds everything done should not queue behind the others.
    if ((await this.currentVersion()) >= SCHEMA_VERSION) return;
    await this.database.transaction(async (executor) => {
      await executor.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [LOCK_NAME] });
      const version = await this.readVersion(executor);
      const steps = migrationSteps(this.tables).filter((step) => step.version > version);
      for (const text of steps.flatMap((step) => step.statements)) await executor.query({ text, values: [] });
    });
  }

  private async readVersion(executor: SqlExecutor): Promise<number> {
    // Read from the catalog itself: a name that was looked up before the lock may be remembered as missing.
    const { rowCount } = await executor.query({
      text: `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
      values: [this.tables.schema, this.tables.bare('migrations')],
    });
    if (rowCount === 0) return 0;
    const { rows } = await executor.query({
      text: `SELECT coalesce(max(version), 0) AS version FROM ${this.tables.migrations}`,
      values: [],
    });
    return Number(rows[0]?.['version'] ?? 0);
  }
}

/**
 * The whole schema as SQL, for those who run migrations by hand.
 *
 * @param fromVersion The version the tables have.
 * @internal
 */
export function migrationSql(tables: TableNames, fromVersion = 0): string {
  const statements = migrationSteps(tables)
    .filter((step) => step.version > fromVersion)
    .flatMap((step) => step.statements);
  return statements.map((statement) => `${statement};\n`).join('\n');
}

/** One step of the schema with everything that belongs to it. @internal */
export interface MigrationStep {
  readonly version: number;
  readonly statements: readonly string[];
}

/** Every step with its entry in the ledger; the first one makes schema and ledger. @internal */
export function migrationSteps(tables: TableNames): MigrationStep[] {
  return MIGRATIONS.map((migration) => ({
    version: migration.version,
    statements: [
      ...(migration.version === 1 ? [...schemaStatements(tables), ledgerStatement(tables)] : []),
      ...migration.statements(tables),
      `INSERT INTO ${tables.migrations} (version, name) VALUES (${migration.version}, '${migration.name}')`,
    ],
  }));
}

/** Removes everything of the store. @internal */
export function dropStatements(tables: TableNames): string[] {
  const { journal, instances, entries, signals, waits, workers, slots, stream, outbox, migrations, stateTransitions } =
    tables;
  const all = [instances, entries, signals, waits, workers, slots, stream, outbox, stateTransitions, migrations];
  return [`DROP VIEW IF EXISTS ${journal}`, ...all.map((table) => `DROP TABLE IF EXISTS ${table}`)];
}

function schemaStatements(tables: TableNames): string[] {
  if (tables.schema === 'public') return [];
  // Asked for only when it is missing: a role may use a schema without having the right to create one.
  return [
    `DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = '${tables.schema}') THEN CREATE SCHEMA ${tables.quotedSchema}; END IF;
END $$`,
  ];
}

function ledgerStatement(tables: TableNames): string {
  return `CREATE TABLE ${tables.migrations} (
  version int4 NOT NULL,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ${tables.index('migrations_pkey')} PRIMARY KEY (version)
)`;
}
