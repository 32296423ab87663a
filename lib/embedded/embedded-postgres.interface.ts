/**
 * Where the embedded server keeps its data and how it is started. Every option is optional.
 *
 * @publicApi
 */
export interface EmbeddedPostgresOptions {
  /**
   * Folder of this server: its data, its password, its log. Relative paths are taken from the current directory. Delete the folder to start anew.
   *
   * @default '.data/pg'
   */
  readonly dataDir?: string;
  /**
   * TCP port on 127.0.0.1. A server of this folder that already runs is used whatever its port is.
   *
   * @default the port of the last start in this folder, or a free one
   */
  readonly port?: number;
  /**
   * Database to connect to; created when it does not exist. Letters, digits, `_`, `-` and `.`, at most 63 bytes.
   *
   * @default 'workflow'
   */
  readonly database?: string;
  /**
   * Whether a commit waits until it has reached the disk. `false` is faster. Committed data then survives killed processes, the server's too, but not a power cut: use it for tests only.
   *
   * @default true
   */
  readonly fsync?: boolean;
  /**
   * Receives one line for everything worth knowing: initialising, starting, reusing, recovering.
   *
   * @default nothing is written
   */
  readonly log?: (line: string) => void;
  /**
   * Further Postgres settings by name, such as `{ max_connections: '300' }`. They take effect when the server is started, and do not change one that already runs.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Whether `DATABASE_URL`, when it is set, is used instead of an embedded server.
   *
   * @default true
   */
  readonly useEnvironment?: boolean;
}

/**
 * A server that accepts connections.
 *
 * @publicApi
 */
export interface EmbeddedPostgres {
  /** Connection URL with user, password and database, for `DataSource` or `pg`. Treat it as a secret. */
  readonly url: string;
  /** TCP port. */
  readonly port: number;
  /** Process id of the server; `undefined` when the server comes from `DATABASE_URL`. */
  readonly pid: number | undefined;
  /** Whether the server was already running (always `true` with `DATABASE_URL`). */
  readonly reused: boolean;
  /**
   * Stops the server, for every process that uses it, and resolves when it is gone. Safe to call twice; does nothing with `DATABASE_URL`.
   * Without this call the server goes on running after the Node process has ended, so that the next start finds it.
   */
  stop(): Promise<void>;
}
