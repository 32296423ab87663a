import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { WorkflowTransactionError } from '../core/errors/index.js';
import type {
  SqlConnection,
  SqlDatabase,
  SqlExecutor,
  SqlIsolation,
  SqlResult,
  SqlStatement,
  SqlTransaction,
} from '../postgres/index.js';
import { CommitSubscriber } from './commit-subscriber.js';
import { ForeignDatabase } from './foreign-database.js';
import { KeptClient } from './kept-client.js';
import { PgConnection } from './pg-connection.js';
import { poolOf, type PgClient } from './pg-driver.js';
import { asStoreError, isLost, LossWatch, runStatement, withClient } from './pg-session.js';
import { PoolShare } from './pool-share.js';
import { dataSourceOf, openTransactionOf } from './transaction-handle.js';

/** The database behind a TypeORM data source, over the clients of its own pool. @internal */
export class TypeOrmDatabase implements SqlDatabase {
  private readonly commits = new CommitSubscriber();
  private readonly kept = new KeptClient();
  private readonly foreign: ForeignDatabase;
  private readonly share: PoolShare;

  constructor(private readonly dataSource: DataSource) {
    this.foreign = new ForeignDatabase(dataSource, this);
    this.share = new PoolShare(() => poolOf(dataSource));
  }

  query(statement: SqlStatement): Promise<SqlResult> {
    return this.kept.query(this.share.clients, statement);
  }

  transaction<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
    return withClient(this.share.clients, async (client) => {
      const executor: SqlExecutor = { query: (statement) => runStatement(client, statement) };
      // Said explicitly: what is read after a lock must be newer than the lock, also where the database's default is stricter.
      await executor.query({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED', values: [] });
      try {
        const result = await work(executor);
        await executor.query({ text: 'COMMIT', values: [] });
        return result;
      } catch (error) {
        // When this fails as well the client is broken, and what went wrong first is what the caller must know.
        await executor.query({ text: 'ROLLBACK', values: [] }).catch(() => undefined);
        throw error;
      }
    });
  }

  async userTransaction<T>(work: (transaction: SqlTransaction) => Promise<T>, isolation?: SqlIsolation): Promise<T> {
    let isWorking = false;
    let watch: LossWatch | undefined;
    const run = async (manager: EntityManager) => {
      const runner = openTransactionOf(manager);
      const watching = (watch = new LossWatch((await runner.connect()) as PgClient));
      const transaction = this.over(runner, manager);
      isWorking = true;
      const result = await work({
        ...transaction,
        query: async (statement) => {
          if (watching.hasLeftTransaction || !runner.isTransactionActive) throw endedByWork();
          return transaction.query(statement);
        },
      });
      isWorking = false;
      return result;
    };
    try {
      return await this.share.keep(() =>
        isolation === undefined ? this.dataSource.transaction(run) : this.dataSource.transaction(isolation, run),
      );
    } catch (error) {
      // Before the work there was no transaction, after it only COMMIT can have failed, and nobody knows whether it was carried out.
      // Under the work a lost connection rolled it back, whatever the work made of that.
      const isOwn = isWorking && watch?.isLost !== true && !isLost(error);
      throw isOwn ? error : asStoreError(error);
    } finally {
      watch?.end();
    }
  }

  join(handle: unknown): SqlTransaction {
    return this.over(openTransactionOf(handle), handle);
  }

  connect(purpose: string): Promise<SqlConnection> {
    return PgConnection.open(poolOf(this.dataSource), purpose);
  }

  private over(runner: QueryRunner, handle: unknown): SqlTransaction {
    const query = async (statement: SqlStatement): Promise<SqlResult> =>
      runStatement((await runner.connect()) as PgClient, statement);
    return {
      handle,
      query: async (statement) => {
        if (this.foreign.isUnknown(runner)) await this.foreign.require(runner, { query });
        return query(statement);
      },
      onCommit: (callback) => {
        // Of the data source whose transaction it is: another one may lead to the same database. It builds its list of subscribers when it
        // is initialised, possibly after this store was made.
        const { subscribers } = dataSourceOf(runner) ?? this.dataSource;
        if (!subscribers.includes(this.commits)) subscribers.push(this.commits);
        this.commits.afterCommit(runner, callback);
      },
    };
  }
}

function endedByWork(): WorkflowTransactionError {
  return new WorkflowTransactionError(
    'The body of a transaction has ended it: with COMMIT or ROLLBACK, or commitTransaction() or rollbackTransaction() of its query runner. ' +
      'What it wrote no longer commits together with its record. Leave the end to the library, and throw an error to roll back.',
  );
}
