/** Items between who tells of them and a loop that reads them, which may be slower. @internal */
export class StreamQueue<E, T extends object> {
  private readonly waiting: T[] = [];
  private readonly held: (() => void)[] = [];
  private over: { readonly error?: unknown } | undefined;
  private wakeReader: () => void = () => undefined;

  /** @param most How many may wait before there is no room for more. */
  constructor(
    private readonly itemOf: (event: E) => T | undefined,
    private readonly most: number,
  ) {}

  tell(event: E): void {
    const item = this.itemOf(event);
    if (item === undefined) return;
    this.waiting.push(item);
    this.wakeReader();
  }

  /** A promise while there is none: it resolves when all has been read. */
  room(): Promise<void> | undefined {
    if (this.waiting.length < this.most || this.over !== undefined) return undefined;
    return new Promise((resolve) => this.held.push(resolve));
  }

  /** There comes no more. */
  end(outcome: { readonly error?: unknown }): void {
    this.over ??= outcome;
    this.wakeReader();
    this.release();
  }

  async *items(): AsyncGenerator<T, void> {
    for (;;) {
      for (let item = this.waiting.shift(); item !== undefined; item = this.waiting.shift()) yield item;
      this.release();
      if (this.over !== undefined && 'error' in this.over) throw this.over.error;
      if (this.over !== undefined) return;
      await new Promise<void>((resolve) => {
        this.wakeReader = resolve;
      });
    }
  }

  private release(): void {
    for (const resolve of this.held.splice(0)) resolve();
  }
}
