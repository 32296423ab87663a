import type { DataSource } from 'typeorm';
import { WorkflowOptionsError } from '../core/errors/index.js';

/** A statement as the `pg` driver takes it. @internal */
export interface PgQueryConfig {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly types: { getTypeParser(): (value: string) => string };
}

/** @internal */
export interface PgQueryResult {
  readonly rows: readonly Readonly<Record<string, string | null>>[];
  readonly rowCount: number | null;
  readonly fields: readonly { readonly name: string }[];
}

/** What is used of the protocol below a client. `status` is what the server says after every statement; `I`: no transaction is open. @internal */
export interface PgProtocol {
  readonly stream: { destroy(): void; cork(): void; uncork(): void };
  /** The texts that the connection keeps prepared, by name. */
  readonly parsedStatements?: Readonly<Record<string, string | undefined>>;
  bind(config: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  execute(config: object): void;
  sync(): void;
  on?(event: 'readyForQuery', listener: (message: { readonly status?: string }) => void): void;
  removeListener?(event: 'readyForQuery', listener: (message: { readonly status?: string }) => void): void;
}

/** A statement that writes its messages itself, and is told the answers. @internal */
export interface PgSubmittable {
  submit(connection: PgProtocol): Error | null;
}

/** As much of a client of the `pg` driver as is used here. @internal */
export interface PgClient {
  readonly connection?: PgProtocol;
  /** Whether statements are sent before those ahead of them are answered. */
  readonly pipeline?: boolean;
  connect(): Promise<void>;
  query(config: PgQueryConfig): Promise<PgQueryResult>;
  query(statement: PgSubmittable): void;
  on(event: 'error' | 'end', listener: (error?: Error) => void): void;
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): void;
  removeListener(event: 'error', listener: (error?: Error) => void): void;
  end(): Promise<void>;
}

/** @internal */
export interface PgPoolClient extends PgClient {
  release(destroy?: boolean | Error): void;
}

/** As much of a pool of the `pg` driver as is used here. @internal */
export interface PgPool {
  readonly options: { readonly password?: unknown; readonly connectionTimeoutMillis?: number; readonly max?: number };
  readonly Client: new (options: object) => PgClient;
  /** How many wait for a client. */
  readonly waitingCount: number;
  connect(): Promise<PgPoolClient>;
  on(event: 'error', listener: (error: Error) => void): void;
}

/**
 * The pool that TypeORM keeps for a data source: `DataSource.query` cannot name a statement, the pool's clients can.
 *
 * @throws WorkflowOptionsError when the data source is not an initialised Postgres one.
 * @internal
 */
export function poolOf(dataSource: DataSource): PgPool {
  if (dataSource.options.type !== 'postgres') {
    throw new WorkflowOptionsError({
      option: 'typeorm.dataSource',
      value: dataSource.options.type,
      expected: 'a TypeORM DataSource of type "postgres"',
    });
  }
  const { master } = dataSource.driver as unknown as { master?: PgPool };
  if (!dataSource.isInitialized || master === undefined) {
    throw new WorkflowOptionsError({
      option: 'typeorm.dataSource',
      value: 'a DataSource that is not initialised',
      expected: 'an initialised one; await dataSource.initialize() first',
    });
  }
  return master;
}
