import { delay, systemClock } from '../core/time/index.js';
import type { SqlConnection, SqlResult, SqlStatement } from '../postgres/index.js';
import type { PgClient, PgPool } from './pg-driver.js';
import { asStoreError, runStatement } from './pg-session.js';

/** A connection made with the settings of the pool, but not out of it. @internal */
export class PgConnection implements SqlConnection {
  private closing = false;
  private lost: Error | undefined;
  private previous: Promise<unknown> = Promise.resolve();
  private readonly lostListeners: ((error: Error) => void)[] = [];

  private constructor(private readonly client: PgClient) {
    client.on('error', (error) => this.lose(error ?? new Error('The connection failed.')));
    client.on('end', () => this.lose(new Error('The connection ended.')));
  }

  static async open(pool: PgPool, purpose: string): Promise<PgConnection> {
    const connection = new PgConnection(new pool.Client(ownOptions(pool.options)));
    try {
      await connection.client.connect();
      await connection.query({ text: `SELECT set_config('application_name', $1, false)`, values: [purpose] });
    } catch (error) {
      await connection.close();
      throw asStoreError(error);
    }
    return connection;
  }

  query(statement: SqlStatement): Promise<SqlResult> {
    // One at a time: the driver gives up queueing what it is asked while it waits for an answer.
    const result = this.previous.then(() => runStatement(this.client, statement));
    this.previous = result.catch(() => undefined);
    return result;
  }

  onNotification(listener: (channel: string, payload: string) => void): void {
    this.client.on('notification', ({ channel, payload }) => listener(channel, payload ?? ''));
  }

  onLost(listener: (error: Error) => void): void {
    if (this.lost === undefined) this.lostListeners.push(listener);
    else listener(this.lost);
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    // Ending a connection that is broken already may reject, and one that leads nowhere never answers.
    const ended = this.client.end().catch(() => undefined);
    await Promise.race([ended, delay(systemClock, CLOSE_TIMEOUT_MS, undefined, { unref: true })]);
    this.client.connection?.stream?.destroy();
  }

  private lose(error: Error): void {
    if (this.closing || this.lost !== undefined) return;
    this.lost = error;
    for (const listener of this.lostListeners) listener(error);
    void this.close();
  }
}

/** How long the server may take to say good-bye. */
const CLOSE_TIMEOUT_MS = 1_000;

/** How long a connection of our own may take to be made, where the application says nothing about its own ones. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The settings of the pool, with a limit to waiting. The password is named because the pool hides it from copies. @internal */
export function ownOptions(options: PgPool['options']): object {
  const { password, connectionTimeoutMillis } = options;
  return {
    ...options,
    password,
    connectionTimeoutMillis: connectionTimeoutMillis || CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}
