import { WorkflowStoreError } from '../../core/errors/index.js';
import type { Cancellable, Clock } from '../../core/time/index.js';
import type { SqlConnection, SqlDatabase, SqlExecutor, SqlResult, SqlStatement } from './sql-database.js';

/**
 * A connection outside the application's pool, opened when it is first needed and again after it was lost. What matters most
 * (renewals, notifications) goes through it, so that a pool of one connection that is busy keeps no lease from being prolonged.
 *
 * @internal
 */
export class ReservedConnection implements SqlExecutor {
  private opening: Promise<SqlConnection> | undefined;
  private closed = false;

  /** @param prepare Runs on each new connection before anything else. */
  constructor(
    private readonly database: SqlDatabase,
    private readonly purpose: string,
    private readonly prepare: (connection: SqlConnection) => Promise<void> = async () => undefined,
    private readonly onLost: (error: Error) => void = () => undefined,
  ) {}

  async query(statement: SqlStatement): Promise<SqlResult> {
    return (await this.open()).query(statement);
  }

  /**
   * The same with a limit: a connection that leads nowhere would be waited for as long as the network likes. It is dropped then.
   *
   * @throws WorkflowStoreError when there is no answer in time.
   */
  async queryWithin(statement: SqlStatement, limitMs: number, clock: Clock): Promise<SqlResult> {
    let limit: Cancellable | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      limit = clock.schedule(limitMs, () => {
        const error = new WorkflowStoreError(
          `The connection for ${this.purpose} gave no answer for ${Math.ceil(limitMs)} ms.`,
        );
        void this.drop();
        this.onLost(error);
        reject(error);
      });
    });
    try {
      return await Promise.race([this.query(statement), late]);
    } finally {
      limit?.cancel();
    }
  }

  /** The connection, opened when there is none. */
  open(): Promise<SqlConnection> {
    if (this.opening !== undefined) return this.opening;
    const opening = this.connect();
    this.opening = opening;
    opening.catch(() => this.forget(opening));
    return opening;
  }

  /** Closes the connection, if there is one; the next statement opens another. */
  async drop(): Promise<void> {
    const { opening } = this;
    this.opening = undefined;
    const connection = await opening?.catch(() => undefined);
    await connection?.close();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.drop();
  }

  private async connect(): Promise<SqlConnection> {
    const connection = await this.database.connect(this.purpose);
    try {
      await this.prepare(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
    connection.onLost((error) => {
      this.opening = undefined;
      if (!this.closed) this.onLost(error);
    });
    if (this.closed) await connection.close();
    return connection;
  }

  private forget(opening: Promise<SqlConnection>): void {
    if (this.opening === opening) this.opening = undefined;
  }
}
