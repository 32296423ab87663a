import { arrayLiteral } from './array-literal.js';
import { RowBatch } from './row-batch.js';
import type { Column, RowLayout } from './row-columns.js';

/** Columns that one letter holds together. */
interface Family<T> {
  readonly letter: string;
  readonly members: readonly Column<T>[];
}

/** Stands in a code for the columns that count the rows. */
const COUNTING = '#';

/** The columns of rows that travel to the server as parameters. At least one of them has to be neither alike nor counting. @internal */
export class RowSet<T> {
  private readonly groups: readonly Family<T>[];
  private readonly kinds: readonly Family<T>[];
  private readonly counting: readonly Column<T>[];
  /** By the letters of the groups that are used and of the kinds that are alike. */
  private readonly layouts = new Map<string, RowLayout<T>>();

  constructor(readonly columns: readonly Column<T>[]) {
    this.groups = families(columns, 'group');
    this.kinds = families(columns, 'alike');
    this.counting = columns.filter(({ counts }) => counts === true);
  }

  /** Rows for one statement. */
  batch(items: readonly T[]): RowBatch {
    let letters = '';
    for (const { letter, members } of this.groups) if (isUsed(members, items)) letters += letter;
    const [first] = items;
    if (items.length === 1) {
      const { many, absent } = this.layout(letters);
      const values = many.map(({ of }) => of(first as T) ?? null);
      return new RowBatch(`1${letters}`, { many: [], alike: many, counting: [], absent }, values);
    }
    if (items.length > 1) {
      for (const { letter, members } of this.kinds) if (isAlike(members, items)) letters += letter;
      if (this.counting.length > 0 && doesCount(this.counting, items)) letters += COUNTING;
    }
    const layout = this.layout(letters);
    const values: unknown[] = layout.many.map(({ of, type }) => arrayLiteral(items, of, type === 'text'));
    for (const { of } of layout.alike) values.push(of(first as T) ?? null);
    return new RowBatch(`n${letters}`, layout, values);
  }

  private layout(letters: string): RowLayout<T> {
    let layout = this.layouts.get(letters);
    if (layout === undefined) {
      layout = layoutOf(this.columns, letters);
      this.layouts.set(letters, layout);
    }
    return layout;
  }
}

function layoutOf<T>(columns: readonly Column<T>[], letters: string): RowLayout<T> {
  const isAbsent = ({ group }: Column<T>): boolean => group !== undefined && !letters.includes(group);
  const isCounting = ({ counts }: Column<T>): boolean => counts === true && letters.includes(COUNTING);
  const isSingle = ({ alike }: Column<T>): boolean => alike !== undefined && letters.includes(alike);
  const present = columns.filter((column) => !isAbsent(column));
  return {
    many: present.filter((column) => !isCounting(column) && !isSingle(column)),
    alike: present.filter(isSingle),
    counting: present.filter(isCounting),
    absent: columns.filter(isAbsent),
  };
}

function families<T>(columns: readonly Column<T>[], trait: 'group' | 'alike'): Family<T>[] {
  const letters = new Set(columns.flatMap((column) => column[trait] ?? []));
  return [...letters].map((letter) => ({ letter, members: columns.filter((column) => column[trait] === letter) }));
}

function isUsed<T>(members: readonly Column<T>[], items: readonly T[]): boolean {
  for (const { of } of members) for (const item of items) if (of(item) != null) return true;
  return false;
}

function isAlike<T>(members: readonly Column<T>[], items: readonly T[]): boolean {
  for (const { of } of members) {
    const value = of(items[0] as T);
    for (let index = 1; index < items.length; index += 1) if (of(items[index] as T) !== value) return false;
  }
  return true;
}

function doesCount<T>(members: readonly Column<T>[], items: readonly T[]): boolean {
  for (const { of } of members)
    for (let index = 0; index < items.length; index += 1) if (of(items[index] as T) !== index + 1) return false;
  return true;
}
