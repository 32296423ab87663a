/** How long people were waited for; what several are asked at one time counts once. @internal */
export class WaitingTime {
  private questions = 0;
  private since = 0;
  private pastMs = 0;

  /** @param outer Of the graph around this one, which waits as well. */
  constructor(private readonly outer?: WaitingTime) {}

  begin(now: number): void {
    if (this.questions++ === 0) this.since = now;
    this.outer?.begin(now);
  }

  end(now: number): void {
    if (--this.questions === 0) this.pastMs += now - this.since;
    this.outer?.end(now);
  }

  until(now: number): number {
    return this.questions === 0 ? this.pastMs : this.pastMs + now - this.since;
  }
}
