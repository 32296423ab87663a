/** What the code of the README works with. */
export class Payments {
  async charge(_amount: number, _options: { idempotencyKey: string }): Promise<{ id: string }> {
    return { id: 'payment-1' };
  }

  async refund(_paymentId: string): Promise<void> {}

  async priceOf(_sku: string): Promise<number> {
    return 12;
  }
}
