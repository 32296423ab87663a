/** Lets one loop sleep until somebody has work for it; a raise that comes first is not lost. @internal */
export class WorkSignal {
  private isRaised = false;
  private waker: (() => void) | undefined;

  raise(): void {
    const waker = this.waker;
    if (waker === undefined) {
      this.isRaised = true;
      return;
    }
    this.waker = undefined;
    waker();
  }

  wait(): Promise<void> {
    if (this.isRaised) {
      this.isRaised = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.waker = resolve;
    });
  }
}
