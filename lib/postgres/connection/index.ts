export type {
  SqlConnection,
  SqlDatabase,
  SqlExecutor,
  SqlIsolation,
  SqlResult,
  SqlRow,
  SqlStatement,
  SqlTransaction,
} from './sql-database.js';
export { ReservedConnection } from './reserved-connection.js';
export { ResilientDatabase } from './resilient-database.js';
export {
  constraintOf,
  isConnectionFailure,
  isLockTimeout,
  isRefusedValue,
  isSerializationFailure,
  sqlStateOf,
} from './sql-state.js';
