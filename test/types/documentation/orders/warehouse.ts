/** What the code of the README works with. */
export class Warehouse {
  async reserve(_sku: string): Promise<void> {}

  async release(_sku: string): Promise<void> {}

  async count(_sku: string): Promise<number> {
    return 3;
  }

  async countAll(skus: readonly string[]): Promise<number[]> {
    return skus.map(() => 3);
  }

  async *allSkus(_shelf?: string): AsyncIterable<string> {
    yield 'a-1';
  }

  async recount(
    _skus: readonly string[],
    _options: { readonly shelf: string; readonly idempotencyKey: string },
  ): Promise<void> {}

  async wrap(_sku: string): Promise<void> {}

  async ship(_sku: string): Promise<string> {
    return 'parcel-1';
  }
}
