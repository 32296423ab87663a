import type { ColumnValue } from './array-literal.js';

/** The server's type of a parameter. @internal */
export type ColumnType = 'text' | 'int4' | 'int8' | 'bool';

/** What a batch may do with a column. */
interface ColumnTraits {
  /** Columns of one group are left out together when a batch has no value for any of them. One small letter. */
  readonly group?: string;
  /** Columns that are often alike in all rows of a batch, and travel once when all of one letter are. One capital letter. */
  readonly alike?: string;
  /** Often counts the rows from 1, which the server does by itself. */
  readonly counts?: true;
}

/** One column of rows that travel as parameters. @internal */
export interface Column<T> extends ColumnTraits {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (item: T) => ColumnValue;
}

type ColumnParts<T> = readonly [name: string, type: ColumnType, of: (item: T) => ColumnValue, traits?: ColumnTraits];

/** Shorthand for a list of columns. @internal */
export function columns<T>(...list: readonly ColumnParts<T>[]): Column<T>[] {
  return list.map(([name, type, of, traits]) => ({ name, type, of, ...traits }));
}

/** How the columns of a batch travel. @internal */
export interface RowLayout<T> {
  /** One array each. */
  readonly many: readonly Column<T>[];
  /** One value each, for all rows. */
  readonly alike: readonly Column<T>[];
  /** Not at all: the number of the row. */
  readonly counting: readonly Column<T>[];
  /** Not at all: no row has a value. */
  readonly absent: readonly Column<T>[];
}
