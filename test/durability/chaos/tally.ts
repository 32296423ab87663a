/** What befell a round, by kind. */
export class Tally {
  readonly faults: Record<string, number> = {};

  fault(kind: string, count = 1): void {
    if (count > 0) this.faults[kind] = (this.faults[kind] ?? 0) + count;
  }
}
