import type { SqlRow } from '../connection/index.js';

/** @internal */
export function text(row: SqlRow, column: string): string {
  return row[column] ?? '';
}

/** @internal */
export function optionalText(row: SqlRow, column: string): string | undefined {
  return row[column] ?? undefined;
}

/** Whole numbers of the schema stay far below 2^53. @internal */
export function number(row: SqlRow, column: string): number {
  return Number(row[column]);
}

/** @internal */
export function optionalNumber(row: SqlRow, column: string): number | undefined {
  const value = row[column];
  return value == null ? undefined : Number(value);
}

/** @internal */
export function flag(row: SqlRow, column: string): boolean {
  return row[column] === 't';
}

/** @internal */
export function json<T>(row: SqlRow, column: string): T | undefined {
  const value = row[column];
  return value == null ? undefined : (JSON.parse(value) as T);
}

/** @internal */
export function jsonArray<T>(row: SqlRow, column: string): readonly T[] {
  return json<readonly T[]>(row, column) ?? [];
}

/** An array of whole numbers, none of them absent; the server aggregates nothing to NULL. @internal */
export function numbers(row: SqlRow, column: string): readonly number[] {
  const value = row[column];
  return value == null ? [] : (JSON.parse(`[${value.slice(1, -1)}]`) as number[]);
}
