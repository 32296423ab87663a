/** One statement with its values. @publicApi */
export interface SqlStatement {
  /** Names a statement that the connection keeps prepared. The same name always has the same text. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A row as Postgres writes it: every column is text, whatever type parsers the application has set. @publicApi */
export type SqlRow = Readonly<Record<string, string | null>>;

/** @publicApi */
export interface SqlResult {
  readonly rows: readonly SqlRow[];
  readonly rowCount: number;
}

/** Runs statements: the one method the SQL of this folder needs. @publicApi */
export interface SqlExecutor {
  query(statement: SqlStatement): Promise<SqlResult>;
}

/** A transaction that user code takes part in. @publicApi */
export interface SqlTransaction extends SqlExecutor {
  /** What user code gets. */
  readonly handle: unknown;
  /** Runs the callback after the transaction has been committed; never when it was rolled back. */
  onCommit(callback: () => void): void;
}

/** A connection of our own, outside the application's pool. @publicApi */
export interface SqlConnection extends SqlExecutor {
  /** Called with each notification of the channels this connection listens to. */
  onNotification(listener: (channel: string, payload: string) => void): void;
  /** Called once, when the connection was lost rather than closed. */
  onLost(listener: (error: Error) => void): void;
  close(): Promise<void>;
}

/** @publicApi */
export type SqlIsolation = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

/** A Postgres database as the store needs it. `query` runs one statement on its own, on any connection. @publicApi */
export interface SqlDatabase extends SqlExecutor {
  /** Several statements on one connection, committed together. */
  transaction<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T>;
  /** A transaction with the application's own handle. Throws what `work` throws; an unknown commit throws `WorkflowStoreError`. */
  userTransaction<T>(work: (transaction: SqlTransaction) => Promise<T>, isolation?: SqlIsolation): Promise<T>;
  /** The caller's own open transaction. Throws `WorkflowTransactionError` for anything else. */
  join(handle: unknown): SqlTransaction;
  /** Opens a connection of our own. */
  connect(purpose: string): Promise<SqlConnection>;
}
