import { readFile } from 'node:fs/promises';
import { Injectable, NotFoundException, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { Settings } from '../settings.js';
import { readPriceList } from './price-list.js';
import { Product } from './product.entity.js';

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
}
