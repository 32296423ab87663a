export { SCHEMA_VERSION, SchemaMigrator, dropStatements, migrationSql, pendingStatements } from './schema-migrator.js';
