import { Injectable } from '@nestjs/common';

/** Cents for a parcel, and for every kilogram that is begun. */
const PRICES: Readonly<Record<string, readonly [number, number]>> = {
  AT: [490, 80],
  CH: [1_290, 210],
  DE: [390, 60],
  NO: [1_490, 260],
};

const CUSTOMS_UNION: ReadonlySet<string> = new Set(['AT', 'DE']);

/** Where the company carries to, and what it takes for it. */
@Injectable()
export class Tariff {
  /** Goods of more are declared by hand; whole cents. */
  readonly mostWorth = 1_000_000;

  /** `undefined` where the company does not go. */
  priceOf({ country, grams }: { readonly country: string; readonly grams: number }): number | undefined {
    const prices = PRICES[country];

    return prices && prices[0] + prices[1] * Math.ceil(grams / 1_000);
  }

  isAbroad(country: string): boolean {
    return !CUSTOMS_UNION.has(country);
  }
}
