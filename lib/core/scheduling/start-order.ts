import type { ReadySet } from './ready-set.js';

/**
 * Takes nodes in the order of an earlier run, as far as that went, and then the first declared: who runs a graph again over what it has
 * recorded begins what is recorded before anything else, also where something has to be done again that came earlier.
 *
 * @internal
 */
export class StartOrder {
  private readonly recorded: number[];
  private underWay = 0;

  constructor(recorded: readonly number[]) {
    this.recorded = [...recorded];
  }

  /**
   * @param isFull Whether there is room for what is recorded only.
   * @returns -1 when none may begin now.
   */
  take(ready: ReadySet, isFull: boolean): number {
    const node = this.choose(ready, isFull);
    if (node >= 0) this.underWay++;
    return node;
  }

  ended(): void {
    this.underWay--;
  }

  private choose(ready: ReadySet, isFull: boolean): number {
    const at = this.recorded.findIndex((node) => ready.take(node));
    if (at >= 0) return this.recorded.splice(at, 1)[0] as number;
    // What is under way leads to the next one: another must not have its place.
    return isFull || (this.recorded.length > 0 && this.underWay > 0) ? -1 : ready.takeFirst();
  }
}
