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
  private readonly groups: readonly { readonly name: string; readonly members: readonly Column<T>[] }[];
  /** By the groups that are used. */
  private readonly layouts = new Map<string, Layout<T>>();

  constructor(readonly columns: readonly Column<T>[]) {
    const names = new Set(columns.flatMap((column) => column.group ?? []));
    this.groups = [...names].map((name) => ({ name, members: columns.filter(({ group }) => group === name) }));
  }

  /** Rows for one statement. */
  batch(items: readonly T[]): RowBatch {
    let used = '';
    for (const { name, members } of this.groups) if (isUsed(members, items)) used += name;
    const { present, absent } = this.layout(used);
    const [lone] = items;
    if (items.length === 1) {
      return new RowBatch(
        `1${used}`,
        present,
        absent,
        present.map(({ of }) => of(lone as T) ?? null),
      );
    }
    const literals = present.map(({ of, type }) => arrayLiteral(items, of, type === 'text'));
    return new RowBatch(`n${used}`, present, absent, literals);
  }

  private layout(used: string): Layout<T> {
    let layout = this.layouts.get(used);
    if (layout === undefined) {
      const isPresent = ({ group }: Column<T>): boolean => group === undefined || used.includes(group);
      layout = { present: this.columns.filter(isPresent), absent: this.columns.filter((column) => !isPresent(column)) };
      this.layouts.set(used, layout);
    }
    return layout;
  }
}

function isUsed<T>(members: readonly Column<T>[], items: readonly T[]): boolean {
  for (const { of } of members) for (const item of items) if (of(item) != null) return true;
  return false;
}

/** Which columns a batch has, and which are left out. */
interface Layout<T> {
  readonly present: readonly Column<T>[];
  readonly absent: readonly Column<T>[];
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

  /** Whether a column has a value in any row. */
  uses(name: string): boolean {
    return !this.absent.some((column) => column.name === name);
  }

  private get isLone(): boolean {
    return this.code.startsWith('1');
  }

  /** The columns of a lone row that have a parameter, with their expressions. Parameters are numbered from `first`. */
  expressions(first: number): readonly { readonly column: string; readonly expression: string }[] {
    return this.present.map(({ name, type }, index) => ({ column: name, expression: `$${first + index}::${type}` }));
  }

  /** The columns that have a parameter. */
  get names(): readonly string[] {
    return this.present.map(({ name }) => name);
  }

  /**
   * A `FROM` item with the columns that have a parameter and the number of the row, `n`. The arrays are unfolded side by side as the
   * rows are read; what {@link from} makes is put down whole first. Parameters are numbered from `first`.
   */
  numbered(alias: string, first: number): string {
    const list = this.present.map(({ name, type }, index) => `unnest($${first + index}::${type}[]) AS ${name}`);
    return `(SELECT generate_subscripts($${first}::${this.present[0]?.type ?? 'text'}[], 1) AS n, ${list.join(', ')}) AS ${alias}`;
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
