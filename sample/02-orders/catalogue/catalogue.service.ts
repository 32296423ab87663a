import { readFile } from 'node:fs/promises';
import { Injectable, NotFoundException, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, type Repository } from 'typeorm';
import { Settings } from '../settings.js';
import { readPriceList } from './price-list.js';
import { Product } from './product.entity.js';

export interface NewPrice {
  readonly sku: string;
  readonly price: number;
}

/** Products that are read from the database at one time. */
const PAGE = 500;

/** What the shop sells, and for how much. */
@Injectable()
export class Catalogue implements OnModuleInit {
  constructor(
    private readonly settings: Settings,
    @InjectRepository(Product) private readonly products: Repository<Product>,
  ) {}

  /** Fills an empty catalogue from the price list. */
  async onModuleInit(): Promise<void> {
    if (await this.products.exists()) return;
    await this.products.insert(readPriceList(await readFile(this.settings.priceList, 'utf8')));
  }

  find(skus: readonly string[]): Promise<Product[]> {
    return this.products.findBy({ sku: In([...skus]) });
  }

  async get(sku: string): Promise<Product> {
    const [product] = await this.find([sku]);
    if (product !== undefined) return product;
    throw new NotFoundException(`There is no product "${sku}".`);
  }

  count(category?: string): Promise<number> {
    return this.products.countBy(ofCategory(category));
  }

  /** All list prices, page by page, by sku. */
  async *listPrices(category?: string): AsyncIterable<Pick<Product, 'sku' | 'listPrice'>> {
    for (let after = ''; ;) {
      const page = await this.products.find({
        select: { sku: true, listPrice: true },
        where: { ...ofCategory(category), sku: MoreThan(after) },
        order: { sku: 'ASC' },
        take: PAGE,
      });
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.sku;
    }
  }

  /** Written twice the prices are the same. */
  async setPrices(prices: readonly NewPrice[]): Promise<void> {
    await this.products.query(
      'UPDATE products SET price = fresh.price FROM unnest($1::text[], $2::integer[]) AS fresh (sku, price) WHERE products.sku = fresh.sku',
      [prices.map(({ sku }) => sku), prices.map(({ price }) => price)],
    );
  }
}

function ofCategory(category: string | undefined): { category?: string } {
  return category === undefined ? {} : { category };
}
