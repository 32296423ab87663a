import type { DataSource, QueryRunner } from 'typeorm';
import { WorkflowTransactionError } from '../core/errors/index.js';
import type { SqlExecutor } from '../postgres/index.js';
import { dataSourceOf } from './transaction-handle.js';

/** One database of one running server: two answers are equal only there, by whatever name or way it is reached. */
const IDENTITY = `SELECT concat_ws(' ', pg_postmaster_start_time(), oid, datname) AS identity FROM pg_database WHERE datname = current_database()`;

/**
 * Tells transactions in the database of the journal from those of another one. An application may have several data sources on one
 * database, so one that is not the journal's own is asked once where it leads.
 *
 * @internal
 */
export class ForeignDatabase {
  private readonly known = new WeakSet<DataSource>();

  constructor(
    private readonly own: DataSource,
    private readonly ownDatabase: SqlExecutor,
  ) {}

  /**
   * Whether the transaction of a runner has to be asked where it leads.
   *
   * @throws WorkflowTransactionError when it cannot be a database that this library works on
   */
  isUnknown(runner: QueryRunner): boolean {
    const source = dataSourceOf(runner);
    if (source === undefined || source === this.own || this.known.has(source)) return false;
    if (source.options.type !== 'postgres') throw this.refused(source);
    return true;
  }

  /** @throws WorkflowTransactionError for a transaction in another database than the journal's */
  async require(runner: QueryRunner, transaction: SqlExecutor): Promise<void> {
    const source = dataSourceOf(runner) as DataSource;
    // Both are asked at one time: a server that is started anew in between only has it asked again.
    const [own, others] = await Promise.all([identityOf(this.ownDatabase), identityOf(transaction)]);
    if (own !== others) throw this.refused(source);
    this.known.add(source);
  }

  private refused(source: DataSource): WorkflowTransactionError {
    const database = source.driver.database ?? 'unnamed';
    return new WorkflowTransactionError(
      `The option "transaction" got a transaction in another database than the journal's: in "${database}" of a ${source.options.type} DataSource, so nothing would commit or roll back together. ` +
        'Pass the EntityManager of a transaction on the DataSource that the option "typeorm" of the module names, or on one of the same database.',
    );
  }
}

async function identityOf(executor: SqlExecutor): Promise<string | null | undefined> {
  const { rows } = await executor.query({ text: IDENTITY, values: [] });
  return rows[0]?.['identity'];
}
