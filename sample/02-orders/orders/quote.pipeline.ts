import { NonRetryableStepError } from 'nestjs-workflow';
import { PipelineWorkflow, Step, type PipelineContext } from 'nestjs-workflow/pipeline';
import { Catalogue } from '../catalogue/catalogue.service.js';
import { createQuote, discountOf, shippingOf, type Quote, type QuoteLine, type QuoteRequest } from './quote.js';

/** What the steps answer, by their names. */
interface QuoteResults {
  readonly validate: QuoteRequest['items'];
  readonly price: QuoteLine[];
  readonly discount: number;
  readonly shipping: number;
  readonly total: Quote;
}

/** Checks an order and finds its price: discount and shipping do not depend on each other and are found side by side. */
@PipelineWorkflow('quote', { parallelism: 2 })
export class QuotePipeline {
  constructor(private readonly catalogue: Catalogue) {}

  /** Every product exists; what stands twice in the order is one line. */
  @Step()
  async validate(context: PipelineContext<QuoteResults>): Promise<QuoteResults['validate']> {
    const quantities = new Map<string, number>();
    for (const { sku, quantity } of requestOf(context).items) {
      quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
    }
    const known = new Set((await this.catalogue.find([...quantities.keys()])).map(({ sku }) => sku));
    const unknown = [...quantities.keys()].filter((sku) => !known.has(sku));
    if (unknown.length > 0) throw new NonRetryableStepError(`There is no product "${unknown.join('", "')}".`);

    return Array.from(quantities, ([sku, quantity]) => ({ sku, quantity }));
  }

  @Step({ dependencies: ['validate'] })
  async price(context: PipelineContext<QuoteResults>): Promise<QuoteLine[]> {
    const items = context.getStepResult('validate');
    const products = new Map(
      (await this.catalogue.find(items.map(({ sku }) => sku))).map((product) => [product.sku, product]),
    );

    return items.map(({ sku, quantity }) => {
      const { name = sku, price = 0, grams = 0 } = products.get(sku) ?? {};

      return { sku, name, quantity, grams, price, amount: quantity * price };
    });
  }

  @Step({ dependencies: ['price'] })
  discount(context: PipelineContext<QuoteResults>): number {
    return discountOf(context.getStepResult('price'));
  }

  @Step({ dependencies: ['price'] })
  shipping(context: PipelineContext<QuoteResults>): number {
    return shippingOf(context.getStepResult('price'), requestOf(context).country);
  }

  @Step({ dependencies: ['discount', 'shipping'] })
  total(context: PipelineContext<QuoteResults>): Quote {
    return createQuote(context.getStepResult('price'), {
      discount: context.getStepResult('discount'),
      shipping: context.getStepResult('shipping'),
      country: requestOf(context).country,
    });
  }
}

function requestOf({ input }: PipelineContext<QuoteResults>): QuoteRequest {
  return input as QuoteRequest;
}
