/** What an {@link IndexedHeap} keeps on its items, so that one can be taken out from anywhere. @internal */
export interface HeapItem<T extends HeapItem<T>> {
  heap: IndexedHeap<T> | undefined;
  heapIndex: number;
}

/**
 * A priority queue whose items know their place: O(log n) to add, to take the smallest and to remove any. An item is in
 * one heap at a time, and what it is ordered by changes only while it is in none.
 *
 * @internal
 */
export class IndexedHeap<T extends HeapItem<T>> {
  private readonly items: T[] = [];

  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    item.heap = this;
    this.siftUp(this.items.push(item) - 1, item);
  }

  pop(): T | undefined {
    const smallest = this.items[0];
    if (smallest !== undefined) this.remove(smallest);
    return smallest;
  }

  remove(item: T): void {
    const index = item.heapIndex;
    const last = this.items.pop() as T;
    item.heap = undefined;
    item.heapIndex = -1;
    if (last === item) return;
    if (this.siftUp(index, last) === index) this.siftDown(index, last);
  }

  /** In no particular order. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.items[Symbol.iterator]();
  }

  private place(item: T, index: number): void {
    this.items[index] = item;
    item.heapIndex = index;
  }

  private siftUp(start: number, item: T): number {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.items[parent] as T;
      if (!this.isBefore(item, above)) break;
      this.place(above, index);
      index = parent;
    }
    this.place(item, index);
    return index;
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
      this.place(below, index);
      index = child;
    }
    this.place(item, index);
  }
}
