export { SCHEMA_VERSION, SchemaMigrator, dropStatements, migrationSql, migrationSteps } from './schema-migrator.js';
export type { MigrationStep } from './schema-migrator.js';
