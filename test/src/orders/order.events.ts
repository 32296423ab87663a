/** Published by the shop when a cart is checked out. */
export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly total: number,
    readonly tenant = 'main',
  ) {}
}

/** Published by the payment gateway's webhook. */
export class PaymentReceived {
  constructor(
    readonly orderId: string,
    readonly reference: string,
  ) {}
}
