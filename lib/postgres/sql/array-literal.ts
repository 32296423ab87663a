/** What one value of a row may be; `undefined` is NULL. @internal */
export type ColumnValue = string | number | boolean | null | undefined;

/**
 * A one-dimensional array of what `of` takes from each item, as Postgres reads it. Numbers and booleans stand as they are; texts are always quoted.
 *
 * Written here, because the driver's own way escapes every value with two regular expressions, which was most of the work of
 * sending a large flush.
 *
 * @internal
 */
export function arrayLiteral<T>(items: readonly T[], of: (item: T) => ColumnValue, quoted: boolean): string {
  const texts = new Array<string>(items.length);
  for (let index = 0; index < items.length; index += 1) {
    const value = of(items[index] as T);
    if (value === null || value === undefined) texts[index] = 'NULL';
    else texts[index] = quoted ? quote(String(value)) : String(value);
  }
  return `{${texts.join(',')}}`;
}

function quote(text: string): string {
  if (!text.includes('"') && !text.includes('\\')) return `"${text}"`;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
