import { WorkflowSchemaError } from '../../core/errors/index.js';
import type { ResilientDatabase, SqlExecutor } from '../connection/index.js';
import type { TableNames } from '../sql/index.js';
import { initialMigration } from './001-initial.migration.js';
import type { SchemaMigration } from './migration.js';

/** Every step, in order. @internal */
export const MIGRATIONS: readonly SchemaMigration[] = [initialMigration];

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
      throw new WorkflowSchemaError({ schemaVersion, requiredVersion: SCHEMA_VERSION });
  }

  /** Safe from any number of processes at once: the first one works, the others wait and find it done. */
  async migrate(): Promise<void> {
    // Without the lock first: a process of many that finds everything done should not queue behind the others.
    if ((await this.currentVersion()) >= SCHEMA_VERSION) return;
    await this.database.transaction(async (executor) => {
      await executor.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [LOCK_NAME] });
      const version = await this.readVersion(executor);
      if (version === 0) await this.createSchema(executor);
      for (const text of pendingStatements(this.tables, version)) await executor.query({ text, values: [] });
    });
  }

  private async createSchema(executor: SqlExecutor): Promise<void> {
    // Asked for only when it is missing: a role may use a schema without having the right to create one.
    const { rowCount } = await executor.query({
      text: 'SELECT 1 FROM pg_namespace WHERE nspname = $1',
      values: [this.tables.schema],
    });
    if (rowCount === 0) await executor.query({ text: createSchemaStatement(this.tables), values: [] });
  }

  private async readVersion(executor: SqlExecutor): Promise<number> {
    const known = await executor.query({
      text: 'SELECT to_regclass($1) IS NOT NULL AS known',
      values: [this.tables.migrations],
    });
    if (known.rows[0]?.['known'] !== 't') return 0;
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
  const schema = fromVersion === 0 && tables.schema !== 'public' ? [createSchemaStatement(tables)] : [];
  return [...schema, ...pendingStatements(tables, fromVersion)].map((statement) => `${statement};\n`).join('\n');
}

/** The statements that lead from a version to the current one. @internal */
export function pendingStatements(tables: TableNames, fromVersion: number): string[] {
  const ledger =
    fromVersion === 0
      ? [
          `CREATE TABLE IF NOT EXISTS ${tables.migrations} (
  version int4 NOT NULL,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ${tables.index('migrations_pkey')} PRIMARY KEY (version)
)`,
        ]
      : [];
  const steps = MIGRATIONS.filter((migration) => migration.version > fromVersion).flatMap((migration) => [
    ...migration.statements(tables),
    `INSERT INTO ${tables.migrations} (version, name) VALUES (${migration.version}, '${migration.name}')`,
  ]);
  return [...ledger, ...steps];
}

/** Removes every table of the store. @internal */
export function dropStatements(tables: TableNames): string[] {
  const { instances, journal, signals, waits, workers, slots, stream, outbox, migrations } = tables;
  return [instances, journal, signals, waits, workers, slots, stream, outbox, migrations].map(
    (table) => `DROP TABLE IF EXISTS ${table}`,
  );
}

function createSchemaStatement(tables: TableNames): string {
  return `CREATE SCHEMA IF NOT EXISTS ${tables.quotedSchema}`;
}
