import { isWorkflowStoreError, WorkflowStoreError } from '../core/errors/index.js';
import { sqlStateOf, type SqlResult, type SqlStatement } from '../postgres/index.js';
import type { PgClient, PgPool, PgPoolClient, PgQueryResult } from './pg-driver.js';
import { askPrepared, noteColumns } from './prepared-query.js';

/** Every value stays the text that the server wrote: an application may have changed the driver's global type parsers. */
const asText = { getTypeParser: () => (value: string) => value };

/**
 * Runs one statement on a client.
 *
 * @param onEnd Called when the client is free again, with the error where there was one: a lone step waits for each promise between it
 *   and its store, so that whoever only has to tidy up takes no promise of its own.
 *
 * @internal
 */
export function runStatement(
  client: PgClient,
  statement: SqlStatement,
  onEnd?: (error?: unknown) => void,
): Promise<SqlResult> {
  return askPrepared(client, statement, asStoreError, onEnd) ?? askDriver(client, statement, onEnd);
}

async function askDriver(
  client: PgClient,
  { name, text, values }: SqlStatement,
  onEnd?: (error?: unknown) => void,
): Promise<SqlResult> {
  let failure: unknown;
  try {
    // The driver reads the values and changes none of them.
    if (name === undefined) return resultOf(await client.query({ text, values, types: asText }));
    const result = await client.query({ name, text, values, types: asText });
    noteColumns(client, name, result.fields);
    return resultOf(result);
  } catch (error) {
    throw (failure = asStoreError(error));
  } finally {
    onEnd?.(failure);
  }
}

function resultOf({ rows, rowCount }: PgQueryResult): SqlResult {
  return { rows, rowCount: rowCount ?? 0 };
}

/** Borrows a client of the pool. @internal */
export async function borrowClient(pool: PgPool): Promise<PgPoolClient> {
  try {
    const client = await pool.connect();
    listenForLoss(client);
    return client;
  } catch (error) {
    throw asStoreError(error);
  }
}

/** Gives a client back; one whose connection broke never goes back into the pool. @internal */
export function giveBack(client: PgPoolClient, error?: unknown): void {
  client.release((error !== undefined && isLost(error)) || hasLost(client));
}

/** Whether a borrowed client has lost its connection. @internal */
export function hasLost(client: PgClient): boolean {
  return lost.has(client);
}

/** Borrows a client for some work. @internal */
export async function withClient<T>(pool: PgPool, work: (client: PgPoolClient) => Promise<T>): Promise<T> {
  const client = await borrowClient(pool);
  let failure: unknown;
  try {
    return await work(client);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    giveBack(client, failure);
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
export function asStoreError(error: unknown): Error {
  if (isWorkflowStoreError(error)) return error;
  const isServers = sqlStateOf(error) !== undefined && !isLost(error);
  if (isServers || error instanceof TypeError || error instanceof RangeError) return error as Error;
  return new WorkflowStoreError(
    'The connection to the workflow database was lost, or could not be made; what was sent may or may not have been carried out.',
    { cause: error },
  );
}

/** Whether the server said, or the driver noticed, that the connection is gone. @internal */
export function isLost(error: unknown): boolean {
  return isWorkflowStoreError(error) || /^(08|57P0|53300|25P03)/.test(sqlStateOf(error) ?? '');
}
