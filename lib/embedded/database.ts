import { EmbeddedPostgresError, isEmbeddedPostgresError } from '../core/errors/index.js';
import { requireFromPackage } from './binaries.js';
import { DATABASE_USER } from './cluster.js';
import { hasCode } from './system-error.js';
import { poll } from './waiting.js';

/**
 * A server, and how to log in to it.
 *
 * @internal
 */
export interface ServerAddress {
  readonly port: number;
  readonly password: string;
}

interface PgClient {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
  on(event: 'error', listener: () => void): unknown;
}

interface PgModule {
  Client: new (options: { connectionString: string; connectionTimeoutMillis: number }) => PgClient;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** SQLSTATE of a login to a database that does not exist. */
const DATABASE_MISSING = '3D000';
/** Connections may be refused for a while although the server runs: it recovers, or starts anew after one of its processes was killed. */
const REFUSED_FOR_MS = 60_000;

/** @internal */
export function databaseUrl({ port, password }: ServerAddress, database: string): string {
  return `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/**
 * Logs in to the database and creates it when it is missing. The login also proves that the server is the one of this folder:
 * client and server check each other's knowledge of the password.
 *
 * @param isAlive whether the server's process still lives; asked when a connection fails.
 * @returns `false` when the server died before we were in.
 * @throws {@link EmbeddedPostgresError} when the server lives, but does not let us in.
 * @internal
 */
export async function openDatabase(
  server: ServerAddress,
  database: string,
  isAlive: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await connectPatiently(databaseUrl(server, database), isAlive);
  } catch (error) {
    if (hasCode(error, DATABASE_MISSING)) return createDatabase(server, database, isAlive);
    if (isEmbeddedPostgresError(error)) throw error;
    throw new EmbeddedPostgresError(
      `The Postgres server on port ${server.port} of 127.0.0.1 runs, but cannot be used: ${messageOf(error)}. ` +
        'If its data is not needed, stop it, delete the folder, and start again.',
      { cause: error },
    );
  }
}

async function createDatabase(
  server: ServerAddress,
  database: string,
  isAlive: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await connectPatiently(databaseUrl(server, 'postgres'), isAlive, (client) =>
      client.query(`CREATE DATABASE "${database}"`),
    );
  } catch (error) {
    // Another process created it in between: Postgres reports that in either way.
    if (hasCode(error, '42P04', '23505')) return true;
    throw error;
  }
}

async function connectPatiently(
  url: string,
  isAlive: () => Promise<boolean>,
  work: (client: PgClient) => Promise<unknown> = async () => undefined,
): Promise<boolean> {
  const { Client } = requireFromPackage()('pg') as PgModule;
  let refusal: unknown;
  const isConnected = await poll({ everyMs: 50, forMs: REFUSED_FOR_MS }, async () => {
    try {
      await withClient(new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS }), work);
      return true;
    } catch (error) {
      if (isFinalAnswer(error)) throw error;
      refusal = error;
      return (await isAlive()) ? undefined : false;
    }
  });
  if (isConnected === undefined) throw refusal;
  return isConnected;
}

// Whatever is not an answer of the server (refused, reset, cut off, timed out) may pass, and so may its answers of the class "I am starting or stopping".
function isFinalAnswer(error: unknown): boolean {
  const { code = '' } = error as { readonly code?: string };
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
  return isSqlState && !code.startsWith('57P');
}

async function withClient(client: PgClient, work: (client: PgClient) => Promise<unknown>): Promise<void> {
  // A broken connection rejects the call under way; without a listener the event would also end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
