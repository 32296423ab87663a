import { fromJson, toJson } from './journal-json.js';
import type { Journaled } from './journaled.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when both types are the same; the type check of the project runs these. */
function expectSame<A, B>(_same: Same<A, B>): void {}

enum Color {
  Red = 'red',
}

type OrderId = string & { readonly brand: 'OrderId' };

interface Line {
  readonly sku: string;
  price?: number;
}

class Order {
  id!: OrderId;
  paidAt!: Date;
  lines!: readonly Line[];
  note: string | undefined;
  readonly #secret = 1;
  total(): number {
    return this.#secret;
  }
}

interface Tree {
  value: Date;
  children: Tree[];
}

describe('Journaled', () => {
  it('says what the round trip through JSON gives', () => {
    expectSame<Journaled<string | number | boolean | null>, string | number | boolean | null>(true);
    expectSame<Journaled<void>, void>(true);
    expectSame<Journaled<undefined>, undefined>(true);
    expectSame<Journaled<Color>, Color>(true);
    expectSame<Journaled<OrderId>, OrderId>(true);
    expectSame<Journaled<Date>, string>(true);
    expectSame<Journaled<Date | undefined>, string | undefined>(true);
    expectSame<Journaled<Line>, Line>(true);
    expectSame<Journaled<Line[]>, Line[]>(true);
    expectSame<Journaled<readonly [Date, number]>, readonly [string, number]>(true);
    expectSame<Journaled<Record<string, Date>>, Record<string, string>>(true);
    expectSame<Journaled<{ a: 'x'; at: Date } | { a: 'y' }>, { a: 'x'; at: string } | { a: 'y' }>(true);
    expectSame<Journaled<{ toJSON(): { at: Date } }>, { at: string }>(true);
    expectSame<Journaled<Order>, { id: OrderId; paidAt: string; lines: readonly Line[]; note: string | undefined }>(
      true,
    );
    expectSame<Journaled<Tree>['children'][number]['value'], string>(true);
  });

  it('leaves open what is open', () => {
    expectSame<Journaled<unknown>, unknown>(true);
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what users pass when they do not care
    expectSame<Journaled<any>, any>(true);
    expectSame<Journaled<{ a: unknown }>, { a: unknown }>(true);
    expectSame<Journaled<never>, never>(true);
  });

  it('has no place for what cannot be stored', () => {
    expectSame<Journaled<Map<string, number>>, never>(true);
    expectSame<Journaled<Set<string>>, never>(true);
    expectSame<Journaled<bigint>, never>(true);
    expectSame<Journaled<() => void>, never>(true);
    expectSame<Journaled<Buffer>, never>(true);
    expectSame<Journaled<string | Map<string, number>>, string>(true);
    expectSame<Journaled<{ a: number; run(): void; [Symbol.iterator]: number }>, { a: number }>(true);
    expectSame<Journaled<(string | undefined)[]>, string[]>(true);
  });

  it('is what toJson and fromJson do', () => {
    const order = Object.assign(new Order(), { id: 'o-1', paidAt: new Date(0), lines: [{ sku: 'a' }] });

    const loaded = fromJson(toJson(order, 'result')) as Journaled<Order>;

    expect(loaded.paidAt.slice(0, 4)).toBe('1970');
    expect(loaded).toEqual({ id: 'o-1', paidAt: '1970-01-01T00:00:00.000Z', lines: [{ sku: 'a' }] });
  });
});
