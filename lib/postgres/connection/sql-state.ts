import { isWorkflowStoreError } from '../../core/errors/index.js';

/** The five characters by which Postgres names an error; message texts depend on the server's language. @internal */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  return typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state) ? state : undefined;
}

/** The constraint an error names, when it names one. @internal */
export function constraintOf(error: unknown): string | undefined {
  const { constraint, driverError } = error as { constraint?: string; driverError?: { constraint?: string } };
  return driverError?.constraint ?? constraint;
}

/** The database undid the transaction only to keep it apart from another one. @internal */
export function isSerializationFailure(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01';
}

/** A lock was waited for too long (`lock_timeout`) or asked for without waiting. @internal */
export function isLockTimeout(error: unknown): boolean {
  return sqlStateOf(error) === '55P03';
}

/** The values of the statement themselves were refused: it fails each time it is sent. @internal */
export function isRefusedValue(error: unknown): boolean {
  // A value that the driver itself cannot write, such as a text longer than the longest string.
  if (error instanceof RangeError || error instanceof TypeError) return true;
  const state = sqlStateOf(error);
  // 22: data, 23: integrity, 54: limits of the program (a row or an index key too large).
  return state !== undefined && /^(22|23|54)/.test(state);
}

/**
 * The connection or the server went away, so nobody knows whether the statement was carried out. A driver's own errors carry no
 * state: the database binding hands them on as `WorkflowStoreError`.
 *
 * @internal
 */
export function isConnectionFailure(error: unknown): boolean {
  return isWorkflowStoreError(error) || /^(08|57P0|53300|25P03)/.test(sqlStateOf(error) ?? '');
}
