/** The server's type of a parameter. @internal */
export type ColumnType = 'text' | 'int4' | 'int8' | 'bool';

/** What one value of a row set may be; `undefined` is NULL. @internal */
export type ColumnValue = string | number | boolean | null | undefined;

/** One column of a {@link RowSet}. @internal */
export interface Column<T> {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (item: T) => ColumnValue;
}

/**
 * Rows that travel to the server as parameters: one array per column, unfolded there. A lone row travels as plain values, which
 * the server reads with less work.
 *
 * @internal
 */
export class RowSet<T> {
  constructor(readonly columns: readonly Column<T>[]) {}

  get names(): string {
    return this.columns.map((column) => column.name).join(', ');
  }

  /** A `FROM` item. Parameters are numbered from `first`. */
  from(alias: string, first: number, lone: boolean): string {
    const parameters = this.columns.map((column, index) => `$${first + index}::${column.type}${lone ? '' : '[]'}`);
    const source = lone ? `(VALUES (${parameters.join(', ')}))` : `unnest(${parameters.join(', ')})`;
    return `${source} AS ${alias}(${this.names})`;
  }

  /** The values for {@link from}, in the order of its parameters. */
  values(items: readonly T[], lone: boolean): unknown[] {
    if (lone) {
      const item = items[0] as T;
      return this.columns.map((column) => column.of(item) ?? null);
    }
    return this.columns.map((column) => items.map((item) => column.of(item) ?? null));
  }
}

/** Shorthand for a list of columns. @internal */
export function columns<T>(
  ...list: readonly (readonly [name: string, type: ColumnType, of: (item: T) => ColumnValue])[]
): Column<T>[] {
  return list.map(([name, type, of]) => ({ name, type, of }));
}
