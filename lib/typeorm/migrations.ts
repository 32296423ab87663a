import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type TableNames, dropStatements, migrationSql, migrationSteps } from '../postgres/index.js';
import { tablesOf, type WorkflowTableOptions } from './entities.js';

/** TypeORM orders migrations by the thirteen digits at the end of their names. */
const FIRST_TIMESTAMP = 1_790_000_000_000;

/**
 * The migrations of the tables for the `migrations` of a data source, for applications that run all of theirs with TypeORM. They
 * keep the store's own ledger as well, and find what the store has migrated itself.
 *
 * @example
 * new DataSource({ type: 'postgres', migrations: [...workflowMigrations(), 'dist/migrations/*.js'] });
 *
 * @publicApi
 */
export function workflowMigrations(options: WorkflowTableOptions = {}): (new () => MigrationInterface)[] {
  const tables = tablesOf(options, 'workflowMigrations');
  return migrationSteps(tables).map(({ version, statements }) => {
    const name = `WorkflowTables${FIRST_TIMESTAMP + version}`;
    return class implements MigrationInterface {
      readonly name = name;

      async up(runner: QueryRunner): Promise<void> {
        if ((await appliedVersion(runner, tables)) >= version) return;
        for (const statement of statements) await runner.query(statement);
      }

      async down(runner: QueryRunner): Promise<void> {
        // Later steps only add, and the ledger keeps them: reverting the first one removes everything.
        if (version !== 1) return;
        for (const statement of dropStatements(tables)) await runner.query(statement);
      }
    };
  });
}

/**
 * The migrations as SQL, for those who run them by hand.
 *
 * @param fromVersion The version that the tables have.
 * @publicApi
 */
export function workflowMigrationSql(options: WorkflowTableOptions = {}, fromVersion = 0): string {
  return migrationSql(tablesOf(options, 'workflowMigrationSql'), fromVersion);
}

async function appliedVersion(runner: QueryRunner, tables: TableNames): Promise<number> {
  const [known] = (await runner.query('SELECT to_regclass($1) IS NOT NULL AS known', [tables.migrations])) as {
    known: boolean;
  }[];
  if (known?.known !== true) return 0;
  const [row] = (await runner.query(`SELECT coalesce(max(version), 0) AS version FROM ${tables.migrations}`)) as {
    version: number | string;
  }[];
  return Number(row?.version ?? 0);
}
