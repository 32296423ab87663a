import type { Column, RowLayout } from './row-columns.js';

/**
 * Rows on their way: one array per column, unfolded on the server, and one value for each column in which all rows agree. A lone row
 * travels as plain values. Whatever is not an array the server reads with less work.
 *
 * @internal
 */
export class RowBatch {
  constructor(
    /** Tells the texts apart that batches of one row set need. */
    readonly code: string,
    private readonly layout: RowLayout<never>,
    /** In the order of the parameters of {@link from}. */
    readonly values: readonly unknown[],
  ) {}

  /** How many parameters it takes. */
  get width(): number {
    return this.values.length;
  }

  /** Whether a column has a value in any row. */
  uses(name: string): boolean {
    return !this.layout.absent.some((column) => column.name === name);
  }

  /** The columns of a lone row that have a parameter, with their expressions. Parameters are numbered from `first`. */
  expressions(first: number): readonly { readonly column: string; readonly expression: string }[] {
    return this.layout.alike.map((column, index) => ({
      column: column.name,
      expression: single(column, first + index),
    }));
  }

  /** The columns that have a parameter. */
  get names(): readonly string[] {
    const { many, alike } = this.layout;
    return [...many, ...alike].map(({ name }) => name);
  }

  /** A `FROM` item with the columns that have a parameter and the number of the row, `n`. Parameters are numbered from `first`. */
  numbered(alias: string, first: number): string {
    const names = this.layout.many.map(({ name }) => name);
    const singles = this.singles(first);
    if (names.length === 0) return `(SELECT ${['1 AS n', ...singles].join(', ')}) AS ${alias}`;
    const rows = `unnest(${this.arrays(first).join(', ')}) WITH ORDINALITY AS b(${[...names, 'n'].join(', ')})`;
    return `(SELECT ${['b.*', ...singles].join(', ')} FROM ${rows}) AS ${alias}`;
  }

  /**
   * The same rows, unfolded side by side as they are read instead of put down whole first, which is quicker. The planner takes them
   * for a thousand: nothing that could be planned as a join may follow.
   */
  unfolded(alias: string, first: number): string {
    const arrays = this.arrays(first);
    if (arrays.length === 0) return this.numbered(alias, first);
    const list = this.layout.many.map(({ name }, index) => `unnest(${arrays[index]}) AS ${name}`);
    const numbers = `generate_subscripts(${arrays[0]}, 1) AS n`;
    return `(SELECT ${[numbers, ...list, ...this.singles(first)].join(', ')}) AS ${alias}`;
  }

  /** A `FROM` item with every column of the row set. Parameters are numbered from `first`. */
  from(alias: string, first: number): string {
    const { many, counting, absent } = this.layout;
    const singles = [...this.singles(first), ...absent.map(({ name, type }) => `NULL::${type} AS ${name}`)];
    if (many.length === 0) return `(SELECT ${singles.join(', ')}) AS ${alias}`;
    const source = `unnest(${this.arrays(first).join(', ')})`;
    const names = many.map(({ name }) => name).join(', ');
    if (counting.length + singles.length === 0) return `${source} AS ${alias}(${names})`;
    const numbers = counting.map(({ name, type }) => `b.ordinality::${type} AS ${name}`);
    const list = [...many.map(({ name }) => `b.${name}`), ...numbers, ...singles].join(', ');
    const numbered = counting.length === 0 ? `AS b(${names})` : `WITH ORDINALITY AS b(${names}, ordinality)`;
    return `(SELECT ${list} FROM ${source} ${numbered}) AS ${alias}`;
  }

  private arrays(first: number): string[] {
    return this.layout.many.map(({ type }, index) => `$${first + index}::${type}[]`);
  }

  private singles(first: number): string[] {
    const from = first + this.layout.many.length;
    return this.layout.alike.map((column, index) => `${single(column, from + index)} AS ${column.name}`);
  }
}

function single({ type }: Column<never>, parameter: number): string {
  return `$${parameter}::${type}`;
}
