import type { SqlResult, SqlRow, SqlStatement } from '../postgres/index.js';
import type { PgClient, PgProtocol } from './pg-driver.js';

/** The columns that a statement answers, by the client that has answered it and the statement's name. */
const known = new WeakMap<PgClient, Map<string, readonly string[]>>();

/** Remembers what the rows of a named statement are made of, from the driver's own answer. @internal */
export function noteColumns(client: PgClient, name: string, fields: readonly { readonly name: string }[]): void {
  let statements = known.get(client);
  if (statements === undefined) known.set(client, (statements = new Map<string, readonly string[]>()));
  const columns = fields.map((field) => field.name);
  statements.set(name, columns);
}

/**
 * A statement that a client keeps prepared and has answered before. The driver's own query asks for a description of the rows each
 * time, and makes an object of it; the server and this process are spared that, which is a tenth of what a short statement takes.
 *
 * The driver takes any object that writes its messages and receives the answers; cursors are made in this way.
 *
 * @internal
 */
export class PreparedQuery {
  readonly name: string;
  readonly text: string;
  private readonly rows: SqlRow[] = [];
  private rowCount = 0;
  private hasFailed = false;

  constructor(
    { name = '', text }: SqlStatement,
    private readonly values: readonly (string | null)[],
    private readonly columns: readonly string[],
    private readonly resolve: (result: SqlResult) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.name = name;
    this.text = text;
  }

  /** The driver may wrap it, to give up waiting for an answer or to watch what is asked. */
  callback = (error: unknown): void => {
    if (error === null) this.resolve({ rows: this.rows, rowCount: this.rowCount });
    else this.reject(error);
  };

  submit(connection: PgProtocol): null {
    const { stream } = connection;
    // Together, so that they leave in one packet.
    stream.cork();
    try {
      connection.bind({ statement: this.name, values: this.values });
      connection.execute({});
      connection.sync();
    } finally {
      stream.uncork();
    }
    return null;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const row: Record<string, string | null> = {};
    const { columns } = this;
    for (let index = 0; index < columns.length; index += 1) row[columns[index] as string] = fields[index] ?? null;
    this.rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rowCount = Number(text.slice(text.lastIndexOf(' ') + 1)) || 0;
  }

  handleError(error: unknown): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.callback(error);
  }

  handleReadyForQuery(): void {
    if (!this.hasFailed) this.callback(null);
  }

  handleRowDescription(): void {
    // Was not asked for.
  }

  handleEmptyQuery(): void {
    // Has no rows.
  }

  handlePortalSuspended(): void {
    // All rows were asked for.
  }
}

/**
 * Asks a client a statement that it keeps prepared; `undefined` where it does not, or where only the driver can write the values.
 *
 * @param onEnd Called before the promise settles, with what it is then rejected with.
 *
 * @internal
 */
export function askPrepared(
  client: PgClient,
  statement: SqlStatement,
  asError: (error: unknown) => Error,
  onEnd?: (error?: unknown) => void,
): Promise<SqlResult> | undefined {
  const { name, text } = statement;
  if (name === undefined) return undefined;
  const columns = known.get(client)?.get(name);
  if (columns === undefined || client.pipeline === true || client.connection?.parsedStatements?.[name] !== text)
    return undefined;
  const values = textsOf(statement.values);
  if (values === undefined) return undefined;
  return new Promise((resolve, reject) => {
    const answer = (result: SqlResult): void => {
      onEnd?.();
      resolve(result);
    };
    const fail = (raw: unknown): void => {
      const error = asError(raw);
      onEnd?.(error);
      reject(error);
    };
    client.query(new PreparedQuery(statement, values, columns, answer, fail));
  });
}

/** What the driver would make of values that are plain. */
function textsOf(values: readonly unknown[]): (string | null)[] | undefined {
  const texts: (string | null)[] = [];
  for (const value of values) {
    switch (typeof value) {
      case 'string':
        texts.push(value);
        break;
      case 'number':
      case 'boolean':
        texts.push(String(value));
        break;
      case 'undefined':
        texts.push(null);
        break;
      default:
        if (value !== null) return undefined;
        texts.push(null);
    }
  }
  return texts;
}
