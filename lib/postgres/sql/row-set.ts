import { arrayLiteral, type ColumnValue } from './array-literal.js';

/** The server's type of a parameter. @internal */
export type ColumnType = 'text' | 'int4' | 'int8' | 'bool';

/** One column of a {@link RowSet}. @internal */
export interface Column<T> {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (item: T) => ColumnValue;
  /** Columns of one group are left out together when a batch has no value for any of them. One letter. */
  readonly group?: string;
}

/** Shorthand for a list of columns. @internal */
export function columns<T>(
  ...list: readonly (readonly [name: string, type: ColumnType, of: (item: T) => ColumnValue, group?: string])[]
): Column<T>[] {
  return list.map(([name, type, of, group]) => ({ name, type, of, ...(group === undefined ? {} : { group }) }));
}

/** The columns of rows that travel to the server as parameters. @internal */
export class RowSet<T> {
  private readonly groups: readonly string[];

  constructor(readonly columns: readonly Column<T>[]) {
    this.groups = [...new Set(columns.flatMap((column) => column.group ?? []))];
  }

  /** Rows for one statement. */
  batch(items: readonly T[]): RowBatch {
    const used = this.groups.filter((group) => {
      const members = this.columns.filter((column) => column.group === group);
      return items.some((item) => members.some((column) => column.of(item) != null));
    });
    const present = this.columns.filter(({ group }) => group === undefined || used.includes(group));
    const absent = this.columns.filter((column) => !present.includes(column));
    return new RowBatch(
      `${items.length === 1 ? '1' : 'n'}${used.join('')}`,
      present,
      absent,
      items.length === 1
        ? present.map((column) => column.of(items[0] as T) ?? null)
        : present.map(({ of, type }) => arrayLiteral(items.map(of), type === 'text')),
    );
  }
}

/**
 * Rows on their way: one array per column, unfolded on the server. A lone row travels as plain values, which the server reads with
 * less work.
 *
 * @internal
 */
export class RowBatch {
  constructor(
    /** Tells the texts apart that batches of one row set need. */
    readonly code: string,
    private readonly present: readonly Column<never>[],
    private readonly absent: readonly Column<never>[],
    /** In the order of the parameters of {@link from}. */
    readonly values: readonly unknown[],
  ) {}

  /** How many parameters it takes. */
  get width(): number {
    return this.present.length;
  }

  private get isLone(): boolean {
    return this.code.startsWith('1');
  }

  /** A `FROM` item with every column of the row set. Parameters are numbered from `first`. */
  from(alias: string, first: number): string {
    const types = this.present.map(({ type }, index) => `$${first + index}::${type}${this.isLone ? '' : '[]'}`);
    const source = this.isLone ? `(VALUES (${types.join(', ')}))` : `unnest(${types.join(', ')})`;
    const names = this.present.map((column) => column.name).join(', ');
    if (this.absent.length === 0) return `${source} AS ${alias}(${names})`;
    const missing = this.absent.map(({ name, type }) => `NULL::${type} AS ${name}`).join(', ');
    return `(SELECT b.*, ${missing} FROM ${source} AS b(${names})) AS ${alias}`;
  }
}
