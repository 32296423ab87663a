import { VirtualClock } from './virtual-clock.js';

const START = Date.UTC(2026, 0, 1);

describe('VirtualClock', () => {
  it('stands still at the start of 2026 until it is moved', () => {
    const clock = new VirtualClock();

    expect(clock.now()).toBe(START);
    expect(clock.monotonic()).toBe(0);
  });

  it('starts where it is told to', () => {
    expect(new VirtualClock({ start: '2030-05-01' }).now()).toBe(Date.UTC(2030, 4, 1));
  });

  it('moves both times by what it is advanced by', async () => {
    const clock = new VirtualClock();

    await clock.advance('90d');

    expect(clock.now()).toBe(START + 90 * 86_400_000);
    expect(clock.monotonic()).toBe(90 * 86_400_000);
  });

  it('runs what falls due in the order of the due times, each at its own time', async () => {
    const clock = new VirtualClock();
    const ran: [string, number][] = [];
    const note = (name: string) => () => ran.push([name, clock.monotonic()]);
    clock.schedule(300, note('c'));
    clock.schedule(100, note('a'));
    clock.schedule(300, note('d'));
    clock.schedule(200, note('b'));
    clock.schedule(401, note('late'));

    await clock.advance(400);

    expect(ran).toEqual([
      ['a', 100],
      ['b', 200],
      ['c', 300],
      ['d', 300],
    ]);
    expect(clock.pending).toBe(1);
    expect(clock.nextInMs).toBe(1);
  });

  it('never runs a callback early, also with a fraction of a millisecond', async () => {
    const clock = new VirtualClock();
    let ranAt = -1;
    clock.schedule(10.2, () => (ranAt = clock.monotonic()));

    await clock.advance(10);
    expect(ranAt).toBe(-1);
    await clock.advance(1);
    expect(ranAt).toBe(11);
  });

  it('lets promises and macrotasks go on before the next callback', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.schedule(1, () => {
      order.push('first');
      void Promise.resolve().then(() => clock.macrotask(() => clock.macrotask(() => order.push('follow-up'))));
    });
    clock.schedule(2, () => order.push('second'));

    await clock.advance(2);

    expect(order).toEqual(['first', 'follow-up', 'second']);
  });

  it('runs what callbacks schedule when it falls due within the same advance', async () => {
    const clock = new VirtualClock();
    const ranAt: number[] = [];
    const everyMinute = () => {
      ranAt.push(clock.monotonic());
      clock.schedule(60_000, everyMinute);
    };
    clock.schedule(60_000, everyMinute);

    await clock.advance('3m');

    expect(ranAt).toEqual([60_000, 120_000, 180_000]);
    expect(clock.pending).toBe(1);
  });

  it('runs what is due at once without any time passing', async () => {
    const clock = new VirtualClock();
    let ran = false;
    clock.schedule(0, () => (ran = true));

    expect(ran).toBe(false);
    await clock.advance(0);

    expect(ran).toBe(true);
    expect(clock.monotonic()).toBe(0);
  });

  it('does not run what was cancelled, and does not count it', async () => {
    const clock = new VirtualClock();
    let ran = 0;
    const cancelled = clock.schedule(1, () => ran++);
    const kept = clock.schedule(2, () => ran++);

    cancelled.cancel();
    cancelled.cancel();
    expect(clock.pending).toBe(1);
    expect(clock.nextInMs).toBe(2);
    await clock.advance(5);
    kept.cancel();

    expect(ran).toBe(1);
    expect(clock.pending).toBe(0);
    expect(clock.nextInMs).toBeUndefined();
  });

  it('advances to an instant, and stays where it is when that has passed', async () => {
    const clock = new VirtualClock();
    await clock.advanceTo('2026-02-01');
    await clock.advanceTo('2026-01-15');

    expect(clock.now()).toBe(Date.UTC(2026, 1, 1));
  });

  it('corrects the wall clock without letting time pass', async () => {
    const clock = new VirtualClock();
    let ran = false;
    clock.schedule(1_000, () => (ran = true));

    clock.set('2025-01-01');
    await clock.advance(999);
    expect(ran).toBe(false);
    expect(clock.now()).toBe(Date.UTC(2025, 0, 1) + 999);
    await clock.advance(1);

    expect(ran).toBe(true);
  });

  it('hands macrotasks to the scheduler it is given', async () => {
    const queue: (() => void)[] = [];
    const clock = new VirtualClock({ scheduler: (callback) => queue.push(callback) });
    const order: string[] = [];
    clock.macrotask(() => order.push('a'));
    clock.macrotask(() => order.push('b'));
    expect(order).toEqual([]);

    let advanced = false;
    const advancing = clock.advance(1).then(() => (advanced = true));
    while (!advanced) {
      queue.shift()?.();
      await Promise.resolve();
    }
    await advancing;

    expect(order).toEqual(['a', 'b']);
  });

  it('rejects the advance in which a callback throws', async () => {
    const clock = new VirtualClock();
    clock.schedule(1, () => {
      throw new RangeError('boom');
    });

    await expect(clock.advance(1)).rejects.toThrow('boom');
  });

  it('refuses a duration that goes back', async () => {
    await expect(new VirtualClock().advance(-1)).rejects.toThrow(/duration to advance/);
  });
});
