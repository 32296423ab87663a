export class RefundRequested {
  constructor(readonly orderId: string) {}
}

export class RefundApproved {
  constructor(
    readonly orderId: string,
    readonly by: string,
  ) {}
}
