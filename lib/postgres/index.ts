// The store
export { PostgresStore } from './postgres-store.js';
export type { NotifyOptions, PostgresStoreOptions } from './postgres-store.options.js';

// The schema
export { SCHEMA_VERSION, dropStatements, migrationSql, migrationSteps } from './schema/index.js';
export type { MigrationStep } from './schema/index.js';
export { TableNames } from './sql/index.js';

// What a binding to a driver implements
export { sqlStateOf } from './connection/index.js';
export type {
  SqlConnection,
  SqlDatabase,
  SqlExecutor,
  SqlIsolation,
  SqlResult,
  SqlRow,
  SqlStatement,
  SqlTransaction,
} from './connection/index.js';
