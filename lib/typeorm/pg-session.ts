import { WorkflowStoreError } from '../core/errors/index.js';
import { sqlStateOf, type SqlResult, type SqlStatement } from '../postgres/index.js';
import type { PgClient, PgPool, PgPoolClient } from './pg-driver.js';

/** Every value stays the text that the server wrote: an application may have changed the driver's global type parsers. */
const asText = { getTypeParser: () => (value: string) => value };

/** Runs one statement on a client. @internal */
export async function runStatement(client: PgClient, statement: SqlStatement): Promise<SqlResult> {
  try {
    const { name, text, values } = statement;
    const result = await client.query({
      ...(name === undefined ? {} : { name }),
      text,
      values: [...values],
      types: asText,
    });
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  } catch (error) {
    throw asStoreError(error);
  }
}

/** Borrows a client of the pool; a client whose connection broke never goes back. @internal */
export async function withClient<T>(pool: PgPool, work: (client: PgPoolClient) => Promise<T>): Promise<T> {
  let client: PgPoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw asStoreError(error);
  }
  let isBroken = false;
  // The pool listens only to its idle clients: without a listener of our own a lost connection would end the process.
  const onError = () => {
    isBroken = true;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    isBroken ||= isLost(error);
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(isBroken);
  }
}

/** Errors of the server and of our own code stay what they are; what is left are the driver's words for a lost connection. @internal */
export function asStoreError(error: unknown): unknown {
  if (sqlStateOf(error) !== undefined || error instanceof TypeError || error instanceof RangeError) return error;
  return new WorkflowStoreError(
    'The connection to the workflow database was lost, or could not be made; what was sent may or may not have been carried out.',
    { cause: error },
  );
}

function isLost(error: unknown): boolean {
  return error instanceof WorkflowStoreError || /^(08|57P0)/.test(sqlStateOf(error) ?? '');
}
