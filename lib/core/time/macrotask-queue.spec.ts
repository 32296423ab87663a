import { AsyncLocalStorage } from 'node:async_hooks';
import { queueMacrotask, queueSettling, queueTick } from './macrotask-queue.js';

const macrotask = (): Promise<void> => new Promise((resolve) => queueMacrotask(resolve));

/** A promise callback that makes others ready, and so on. */
async function chain(turns: number, end: () => void): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  end();
}

describe('What waits for promises to settle', () => {
  it.each([
    ['a macrotask', queueMacrotask],
    ['a tick', queueTick],
    ['a promise callback', (callback: () => void) => void Promise.resolve().then(callback)],
  ])('comes after all that %s sets off in promises, and before the next macrotask', async (_place, from) => {
    const order: string[] = [];

    from(() => {
      queueMacrotask(() => order.push('macrotask'));
      queueSettling(() => order.push('settled'));
      void chain(50, () => order.push('promises'));
    });
    await macrotask();
    await macrotask();

    expect(order).toEqual(['promises', 'settled', 'macrotask']);
  });
});

describe('A tick', () => {
  it('comes once whoever asked for it has ended, in the same macrotask', async () => {
    const order: string[] = [];

    queueMacrotask(() => {
      queueMacrotask(() => order.push('macrotask'));
      queueTick(() => order.push('tick'));
      order.push('asked');
    });
    await macrotask();
    await macrotask();

    expect(order).toEqual(['asked', 'tick', 'macrotask']);
  });
});

describe.each([
  ['macrotask', queueMacrotask],
  ['tick', queueTick],
  ['settling', queueSettling],
])('What runs in a shared %s', (_name, queue) => {
  it('runs in the scope of nobody who asked for it', async () => {
    const scope = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];

    scope.run('first', () => queue(() => seen.push(scope.getStore())));
    scope.run('second', () => queue(() => seen.push(scope.getStore())));
    await macrotask();

    expect(seen).toEqual([undefined, undefined]);
  });
});
