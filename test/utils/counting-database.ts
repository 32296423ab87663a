import type { SqlDatabase, SqlExecutor, SqlResult, SqlStatement, SqlTransaction } from '../../lib/postgres/index.js';

/** Counts what a store sends through a database; everything else is the database's own. */
export class CountingDatabase implements SqlDatabase {
  /** Texts of statements that stood alone, each its own commit. */
  readonly statements: string[] = [];
  transactions = 0;

  constructor(private readonly inner: SqlDatabase) {}

  reset(): void {
    this.statements.length = 0;
    this.transactions = 0;
  }

  query(statement: SqlStatement): Promise<SqlResult> {
    this.statements.push(statement.text);
    return this.inner.query(statement);
  }

  transaction<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
    this.transactions += 1;
    return this.inner.transaction(work);
  }

  userTransaction<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    this.transactions += 1;
    return this.inner.userTransaction(work);
  }

  join(handle: unknown): SqlTransaction {
    return this.inner.join(handle);
  }

  connect(purpose: string) {
    return this.inner.connect(purpose);
  }
}
