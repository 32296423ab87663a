import type { Product } from './product.entity.js';

interface Size {
  readonly label: string;
  readonly grams: number;
  /** Of the price by weight: small packs cost more. */
  readonly factor: number;
}

const SIZES: readonly Size[] = [
  { label: '50g', grams: 50, factor: 1.25 },
  { label: '100g', grams: 100, factor: 1.12 },
  { label: '250g', grams: 250, factor: 1 },
  { label: '500g', grams: 500, factor: 0.95 },
  { label: '1kg', grams: 1_000, factor: 0.9 },
];

/** Of the price, by quality. */
const QUALITIES: Readonly<Record<string, number>> = {
  standard: 1,
  selected: 1.2,
  organic: 1.35,
  'fair-trade': 1.3,
  'organic-fair-trade': 1.6,
  reserve: 2.4,
};

/** How much of each product the shop has, in grams. */
const STOCK_GRAMS = 12_000;

/** Makes the catalogue out of the price list: every article in every size and quality. The same list gives the same catalogue. */
export function readPriceList(csv: string): Product[] {
  const [, ...rows] = csv.trim().split('\n');

  return rows.flatMap((row) => {
    const [name = '', category = '', pricePerKg = '', lostPercent = ''] = row.trim().split(',');

    return SIZES.flatMap((size) =>
      Object.entries(QUALITIES).map(([quality, factor]) => {
        const listPrice = roundPrice((Number(pricePerKg) * 100 * size.grams * size.factor * factor) / 1_000);
        const stock = Math.floor(STOCK_GRAMS / size.grams);

        return {
          sku: `${name.toLowerCase().replaceAll(' ', '-')}-${size.label}-${quality}`,
          name: `${name}, ${quality.replaceAll('-', ' ')}, ${size.label}`,
          category,
          grams: size.grams,
          listPrice,
          price: listPrice,
          stock,
          // Some goods have a way of getting lost between the books and the shelf.
          shelf: Math.floor(stock * (1 - Number(lostPercent) / 100)),
        };
      }),
    );
  });
}

/** A price as it stands on a label: whole multiples of five cents. */
export function roundPrice(cents: number): number {
  return Math.max(5, Math.round(cents / 5) * 5);
}
