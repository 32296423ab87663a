import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { BulkService, WorkflowClient } from 'nestjs-workflow';
import { bulk, type BulkSummary } from 'nestjs-workflow/bulk';
import { Catalogue, type NewPrice } from './catalogue.service.js';
import { roundPrice } from './price-list.js';
import type { RepriceDto } from './reprice.dto.js';
import type { RepricingView } from './repricing-view.js';

/** Re-prices the catalogue, batch by batch. A batch on record is not written again, also when the process is killed in the middle. */
@Injectable()
export class Repricing implements OnModuleInit {
  private readonly definition = bulk('reprice', {
    source: (reprice: RepriceDto) => this.newPrices(reprice),
    process: (prices: readonly NewPrice[]) => this.catalogue.setPrices(prices),
    batchSize: 50,
    maxConcurrency: 2,
  });

  constructor(
    private readonly bulks: BulkService,
    private readonly client: WorkflowClient,
    private readonly catalogue: Catalogue,
  ) {}

  /** A worker says at its start what it can run, so this comes before. */
  onModuleInit(): void {
    this.bulks.register(this.definition);
  }

  async start(reprice: RepriceDto): Promise<RepricingView> {
    const { id } = await this.bulks.start(this.definition, reprice, { id: `reprice-${randomUUID()}` });

    return this.view(id);
  }

  /** @throws WorkflowNotFoundError */
  async view(id: string): Promise<RepricingView> {
    const handle = await this.client.getHandle(id, this.definition);
    const { status, input, customStatus, output } = await handle.status();
    const { category } = input as RepriceDto;
    const progress = (output ?? customStatus) as Pick<BulkSummary, 'successfulItems' | 'failedItems'> | undefined;

    return {
      id,
      status,
      products: await this.catalogue.count(category),
      repriced: progress?.successfulItems ?? 0,
      failed: progress?.failedItems ?? 0,
    };
  }

  /** Made of what never changes: whoever goes on with a re-pricing finds the same items again, in the same order. */
  private async *newPrices({ percent, category }: RepriceDto): AsyncIterable<NewPrice> {
    for await (const { sku, listPrice } of this.catalogue.listPrices(category)) {
      yield { sku, price: roundPrice(listPrice * (1 + percent / 100)) };
    }
  }
}
