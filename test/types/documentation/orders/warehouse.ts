/** What the code of the README works with. */
export class Warehouse {
  async reserve(_sku: string): Promise<void> {}

  async release(_sku: string): Promise<void> {}

  async count(_sku: string): Promise<number> {
    return 3;
  }

  async wrap(_sku: string): Promise<void> {}

  async ship(_sku: string): Promise<string> {
    return 'parcel-1';
  }
}
