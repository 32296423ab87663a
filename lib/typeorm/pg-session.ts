import { isWorkflowStoreError, WorkflowStoreError } from '../core/errors/index.js';
import { sqlStateOf, type SqlResult, type SqlStatement } from '../postgres/index.js';
import type { PgClient, PgPool, PgPoolClient } from './pg-driver.js';

/** Every value stays the text that the server wrote: an application may have changed the driver's global type parsers. */
const asText = { getTypeParser: () => (value: string) => value };

/** Runs one statement on a client. @internal */
export async function runStatement(client: PgClient, statement: SqlStatement): Promise<SqlResult> {
  try {
    const { name, text, values } = statement;
    const result = await client.query(
      // The driver reads the values and changes none of them.
      name === undefined ? { text, values, types: asText } : { name, text, values, types: asText },
    );
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
  listenForLoss(client);
  try {
    return await work(client);
  } catch (error) {
    isBroken = isLost(error);
    throw error;
  } finally {
    client.release(isBroken || lost.has(client));
  }
}

const heard = new WeakSet<PgClient>();
const lost = new WeakSet<PgClient>();

/**
 * Notices for good that a client loses its connection. The pool listens only to its idle clients: without a listener of our own the
 * loss of a borrowed one would end the process.
 */
function listenForLoss(client: PgClient): void {
  if (heard.has(client)) return;
  heard.add(client);
  client.on('error', () => {
    lost.add(client);
  });
}

/** Notices that the client of somebody's transaction loses its connection, or leaves the transaction. @internal */
export class LossWatch {
  isLost = false;
  /** Whether there was a moment without a transaction since the watch began in one. */
  hasLeftTransaction = false;

  constructor(private readonly client: PgClient) {
    client.on('error', this.onError);
    client.connection?.on?.('readyForQuery', this.onReady);
  }

  end(): void {
    this.client.removeListener('error', this.onError);
    this.client.connection?.removeListener?.('readyForQuery', this.onReady);
  }

  private readonly onReady = ({ status }: { readonly status?: string }): void => {
    this.hasLeftTransaction ||= status === 'I';
  };

  private readonly onError = (): void => {
    this.isLost = true;
  };
}

/**
 * A lost connection, in the server's words or in the driver's, which carry no state. Other errors of the server, and those of our own
 * code, stay what they are.
 *
 * @internal
 */
export function asStoreError(error: unknown): unknown {
  if (isWorkflowStoreError(error)) return error;
  const isServers = sqlStateOf(error) !== undefined && !isLost(error);
  if (isServers || error instanceof TypeError || error instanceof RangeError) return error;
  return new WorkflowStoreError(
    'The connection to the workflow database was lost, or could not be made; what was sent may or may not have been carried out.',
    { cause: error },
  );
}

/** Whether the server said, or the driver noticed, that the connection is gone. @internal */
export function isLost(error: unknown): boolean {
  return isWorkflowStoreError(error) || /^(08|57P0|53300|25P03)/.test(sqlStateOf(error) ?? '');
}
