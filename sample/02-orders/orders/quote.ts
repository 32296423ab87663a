/** Where the shop delivers to. */
export const COUNTRIES = ['AT', 'DE', 'FR', 'NL'] as const;

export type Country = (typeof COUNTRIES)[number];

/** What somebody wants to know the price of. */
export interface QuoteRequest {
  readonly country: Country;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

export interface QuoteLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly grams: number;
  /** Of one; whole cents, as all amounts. */
  readonly price: number;
  readonly amount: number;
}

/** What an order costs. */
export interface Quote {
  readonly lines: readonly QuoteLine[];
  readonly goods: number;
  readonly discount: number;
  readonly shipping: number;
  readonly total: number;
  /** Contained in the total. */
  readonly tax: number;
  readonly grams: number;
}

const TAX: Readonly<Record<Country, number>> = { AT: 0.1, DE: 0.07, FR: 0.055, NL: 0.09 };

/** From this amount on the shop pays the carrier, at home. */
const FREE_SHIPPING_FROM = 6_000;

/** Ten of one product are five percent cheaper; a hundred, ten percent. */
export function discountOf(lines: readonly QuoteLine[]): number {
  const percentOf = ({ quantity }: QuoteLine): number => (quantity >= 100 ? 10 : quantity >= 10 ? 5 : 0);

  return sum(lines.map((line) => Math.round((line.amount * percentOf(line)) / 100)));
}

/** A fixed part, and one for every kilogram that is begun. */
export function shippingOf(lines: readonly QuoteLine[], country: Country): number {
  const isHome = country === 'DE';
  if (isHome && goodsOf(lines) >= FREE_SHIPPING_FROM) return 0;

  return (isHome ? 390 : 890) + Math.ceil(gramsOf(lines) / 1_000) * (isHome ? 60 : 150);
}

export function createQuote(
  lines: readonly QuoteLine[],
  { discount, shipping, country }: { discount: number; shipping: number; country: Country },
): Quote {
  const goods = goodsOf(lines);
  const total = goods - discount + shipping;
  const tax = Math.round(total - total / (1 + TAX[country]));

  return { lines, goods, discount, shipping, total, tax, grams: gramsOf(lines) };
}

function goodsOf(lines: readonly QuoteLine[]): number {
  return sum(lines.map(({ amount }) => amount));
}

function gramsOf(lines: readonly QuoteLine[]): number {
  return sum(lines.map(({ grams, quantity }) => grams * quantity));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
