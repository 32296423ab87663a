import type { Country, Quote } from './quote.js';

/** An order with its price: what the saga is started with. */
export interface Order {
  readonly id: string;
  readonly country: Country;
  readonly paymentToken: string;
  readonly quote: Quote;
}
