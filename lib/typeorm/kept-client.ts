import { queueMacrotask } from '../core/time/index.js';
import type { SqlResult, SqlStatement } from '../postgres/index.js';
import type { PgPool, PgPoolClient } from './pg-driver.js';
import { borrowClient, giveBack, hasLost, runStatement } from './pg-session.js';

/**
 * The client that a statement has left, for the one that follows in the same macrotask: to give it back to its pool and to ask for it
 * again takes as long as to write the statement. Nobody waits for it for longer than that.
 *
 * @internal
 */
export class KeptClient {
  private kept: { readonly client: PgPoolClient; readonly pool: PgPool } | undefined;

  /** Runs one statement on its own. */
  query(pool: PgPool, statement: SqlStatement): Promise<SqlResult> {
    const client = this.take(pool);
    if (client !== undefined) return this.run(client, pool, statement);
    return borrowClient(pool).then((borrowed) => this.run(borrowed, pool, statement));
  }

  private run(client: PgPoolClient, pool: PgPool, statement: SqlStatement): Promise<SqlResult> {
    return runStatement(client, statement, (error) => {
      if (error === undefined) this.leave(client, pool);
      else giveBack(client, error);
    });
  }

  private take(pool: PgPool): PgPoolClient | undefined {
    const { kept } = this;
    if (kept?.pool !== pool) return undefined;
    this.kept = undefined;
    if (!hasLost(kept.client)) return kept.client;
    giveBack(kept.client);
    return undefined;
  }

  private leave(client: PgPoolClient, pool: PgPool): void {
    if (this.kept !== undefined || pool.waitingCount > 0 || hasLost(client)) {
      giveBack(client);
      return;
    }
    this.kept = { client, pool };
    queueMacrotask(this.release);
  }

  private readonly release = (): void => {
    const { kept } = this;
    this.kept = undefined;
    if (kept !== undefined) giveBack(kept.client);
  };
}
