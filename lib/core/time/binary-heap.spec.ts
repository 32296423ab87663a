import { BinaryHeap } from './binary-heap.js';

/** A small reproducible sequence of numbers. */
function numbers(count: number): number[] {
  let state = 7;
  return Array.from({ length: count }, () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % 100);
}

function drain(heap: BinaryHeap<number>): number[] {
  const taken: number[] = [];
  while (heap.size > 0) taken.push(heap.pop() as number);
  return taken;
}

describe('BinaryHeap', () => {
  const ascending = (a: number, b: number) => a < b;

  it.each([0, 1, 2, 3, 10, 500])('gives %p items in order', (count) => {
    const heap = new BinaryHeap<number>(ascending);
    const items = numbers(count);
    items.forEach((item) => heap.push(item));

    expect(drain(heap)).toEqual([...items].sort((a, b) => a - b));
  });

  it('stays in order while items come and go', () => {
    const heap = new BinaryHeap<number>(ascending);
    const model: number[] = [];
    for (const [index, item] of numbers(1_000).entries()) {
      if (index % 3 === 2) {
        model.sort((a, b) => a - b);
        expect(heap.pop()).toBe(model.shift());
      } else {
        heap.push(item);
        model.push(item);
      }
      expect(heap.peek()).toBe(Math.min(...model));
    }
  });

  it('keeps what is wanted and its order', () => {
    const heap = new BinaryHeap<number>(ascending);
    const items = numbers(300);
    items.forEach((item) => heap.push(item));

    heap.keep((item) => item % 2 === 0);

    expect(drain(heap)).toEqual(items.filter((item) => item % 2 === 0).sort((a, b) => a - b));
  });

  it('has nothing to give when it is empty', () => {
    const heap = new BinaryHeap<number>(ascending);

    expect(heap.peek()).toBeUndefined();
    expect(heap.pop()).toBeUndefined();
  });
});
