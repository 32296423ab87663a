import { TimerQueue } from './timer-queue.js';
import { VirtualClock } from './virtual-clock.js';

function setUp() {
  const clock = new VirtualClock();
  const fired: [string, number][] = [];
  const queue = new TimerQueue(clock, (id) => fired.push([id, clock.monotonic()]));
  return { clock, fired, queue };
}

describe('TimerQueue', () => {
  it('fires each timer once, at its due time, over one timer of the clock', async () => {
    const { clock, fired, queue } = setUp();
    queue.set('b', 200);
    queue.set('a', 100);
    queue.set('c', 300);

    expect(clock.pending).toBe(1);
    await clock.advance(1_000);

    expect(fired).toEqual([
      ['a', 100],
      ['b', 200],
      ['c', 300],
    ]);
    expect(queue.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('fires equal due times in the order in which they were set', async () => {
    const { clock, fired, queue } = setUp();
    for (const id of ['z', 'y', 'x', 'w']) queue.set(id, 5);

    await clock.advance(5);

    expect(fired.map(([id]) => id)).toEqual(['z', 'y', 'x', 'w']);
  });

  it('replaces the timer that has the same id, to earlier and to later', async () => {
    const { clock, fired, queue } = setUp();
    queue.set('a', 100);
    queue.set('a', 300);
    queue.set('b', 300);
    queue.set('b', 200);

    expect(queue.size).toBe(2);
    await clock.advance(1_000);

    expect(fired).toEqual([
      ['b', 200],
      ['a', 300],
    ]);
  });

  it('does not fire what was removed', async () => {
    const { clock, fired, queue } = setUp();
    queue.set('a', 100);
    queue.set('b', 100);

    expect(queue.remove('a')).toBe(true);
    expect(queue.remove('a')).toBe(false);
    expect(queue.has('a')).toBe(false);
    await clock.advance(100);

    expect(fired).toEqual([['b', 100]]);
  });

  it('lets go of the clock with its last timer', () => {
    const { clock, queue } = setUp();
    queue.set('a', 100);
    queue.remove('a');

    expect(clock.pending).toBe(0);
  });

  it('can be used again after it was cleared', async () => {
    const { clock, fired, queue } = setUp();
    queue.set('a', 100);
    queue.clear();
    queue.set('b', 200);

    await clock.advance(200);

    expect(fired).toEqual([['b', 200]]);
  });

  it('gives timers that a callback sets their own turn, also when they are due at once', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const queue: TimerQueue = new TimerQueue(clock, (id) => {
      fired.push(id);
      if (id === 'a' && fired.length < 4) queue.set('a', 0);
    });
    queue.set('a', 10);
    queue.set('b', 10);

    await clock.advance(10);

    expect(fired).toEqual(['a', 'b', 'a', 'a']);
  });

  it('lets a callback remove a timer that is due in the same turn', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const queue: TimerQueue = new TimerQueue(clock, (id) => {
      fired.push(id);
      queue.remove('b');
    });
    queue.set('a', 10);
    queue.set('b', 10);
    queue.set('c', 10);

    await clock.advance(10);

    expect(fired).toEqual(['a', 'c']);
  });

  it('still fires the others when a callback throws', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const queue = new TimerQueue(clock, (id) => {
      if (id === 'bad') throw new RangeError('boom');
      fired.push(id);
    });
    queue.set('bad', 10);
    queue.set('good', 10);

    await expect(clock.advance(10)).rejects.toThrow('boom');
    await clock.advance(0);

    expect(fired).toEqual(['good']);
  });

  it('does what a plain sorted list would do, over many random operations', async () => {
    const { clock, fired, queue } = setUp();
    const model = new Map<string, { due: number; order: number }>();
    const expected: [string, number][] = [];
    let state = 11;
    const next = (below: number) => {
      state = (state * 16_807) % 2_147_483_647;
      return Math.floor((state / 2_147_483_647) * below);
    };

    for (let order = 0; order < 3_000; order++) {
      const id = `t${next(400)}`;
      const roll = next(10);
      if (roll < 6) {
        const delayMs = next(500);
        queue.set(id, delayMs);
        model.set(id, { due: clock.monotonic() + delayMs, order });
      } else if (roll < 9) {
        expect(queue.remove(id)).toBe(model.delete(id));
      } else if (next(10) === 0) {
        const until = clock.monotonic() + next(50);
        const due = [...model].filter(([, timer]) => timer.due <= until);
        due.sort(([, a], [, b]) => a.due - b.due || a.order - b.order);
        for (const [dueId, timer] of due) {
          expected.push([dueId, timer.due]);
          model.delete(dueId);
        }
        await clock.advance(until - clock.monotonic());
      }
      expect(queue.size).toBe(model.size);
      expect(clock.pending).toBeLessThanOrEqual(1);
    }

    expect(expected.length).toBeGreaterThan(100);
    expect(fired).toEqual(expected);
  });
});
