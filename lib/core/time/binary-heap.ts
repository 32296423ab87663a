/**
 * A priority queue: `peek` and `pop` give the smallest item; O(log n) to add and to take.
 *
 * @internal
 */
export class BinaryHeap<T> {
  private items: T[] = [];

  /** @param isBefore Whether `a` comes strictly before `b`; make it total, so that the order is the same every time. */
  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  /** How many items it holds. */
  get size(): number {
    return this.items.length;
  }

  /** The smallest item, left in place. */
  peek(): T | undefined {
    return this.items[0];
  }

  /** Adds an item. */
  push(item: T): void {
    this.items.push(item);
    this.siftUp(this.items.length - 1, item);
  }

  /** Takes the smallest item. */
  pop(): T | undefined {
    const smallest = this.items[0];
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) this.siftDown(0, last);
    return smallest;
  }

  /** Drops every item that is not wanted, in O(n). */
  keep(isWanted: (item: T) => boolean): void {
    this.items = this.items.filter(isWanted);
    for (let index = (this.items.length >> 1) - 1; index >= 0; index--) {
      this.siftDown(index, this.items[index] as T);
    }
  }

  private siftUp(start: number, item: T): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.items[parent] as T;
      if (!this.isBefore(item, above)) break;
      this.items[index] = above;
      index = parent;
    }
    this.items[index] = item;
  }

  private siftDown(start: number, item: T): void {
    const { length } = this.items;
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && this.isBefore(this.items[child + 1] as T, this.items[child] as T)) child++;
      const below = this.items[child] as T;
      if (!this.isBefore(below, item)) break;
      this.items[index] = below;
      index = child;
    }
    this.items[index] = item;
  }
}
