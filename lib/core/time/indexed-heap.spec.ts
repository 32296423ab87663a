import { IndexedHeap, type HeapItem } from './indexed-heap.js';

class Item implements HeapItem<Item> {
  heap: IndexedHeap<Item> | undefined = undefined;
  heapIndex = -1;
  constructor(readonly value: number) {}
}

describe('IndexedHeap', () => {
  it('gives items in order, also after any of them were taken out', () => {
    let state = 12345;
    const random = (below: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % below;
    for (let round = 0; round < 200; round += 1) {
      const heap = new IndexedHeap<Item>((a, b) => a.value < b.value);
      const items = Array.from({ length: 1 + random(40) }, () => new Item(random(20)));
      items.forEach((item) => heap.push(item));
      const taken = items.filter(() => random(3) === 0);
      taken.forEach((item) => heap.remove(item));

      const left = items.filter((item) => !taken.includes(item)).map((item) => item.value);
      const popped = left.map(() => heap.pop()?.value);

      expect(popped).toEqual(left.sort((a, b) => a - b));
      expect(heap.size).toBe(0);
    }
  });

  it('tells its items where they are', () => {
    const heap = new IndexedHeap<Item>((a, b) => a.value < b.value);
    const item = new Item(1);

    heap.push(item);
    expect(item.heap).toBe(heap);
    heap.remove(item);
    expect(item.heap).toBeUndefined();
  });
});
