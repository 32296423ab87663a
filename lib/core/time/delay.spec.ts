import { getEventListeners } from 'node:events';
import { delay } from './delay.js';
import { VirtualClock } from './virtual-clock.js';

describe('delay', () => {
  it('ends at its due time', async () => {
    const clock = new VirtualClock();
    let ended = false;
    const waiting = delay(clock, 1_000).then(() => (ended = true));

    await clock.advance(999);
    expect(ended).toBe(false);
    await clock.advance(1);
    await waiting;

    expect(ended).toBe(true);
  });

  it('rejects with the reason of the signal and frees the clock', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const reason = new TypeError('enough');
    const waiting = delay(clock, 1_000, controller.signal);

    controller.abort(reason);

    await expect(waiting).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('schedules nothing when the signal is aborted already', async () => {
    const clock = new VirtualClock();

    await expect(delay(clock, 1_000, AbortSignal.abort('too late'))).rejects.toBe('too late');
    expect(clock.pending).toBe(0);
  });

  it('leaves no listener behind', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const waiting = delay(clock, 5, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    await clock.advance(5);
    await waiting;

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
