import { LifecycleBus, silentLogger, type LifecycleEvent, type WorkflowLogger } from '../core/lifecycle/index.js';
import { VirtualClock } from '../core/time/index.js';
import { EventOutlet } from './event-outlet.js';

const stored = { eventId: 'a:1:1', type: 'started', workflowId: 'a' } as LifecycleEvent;

function world(outbox: boolean) {
  const errors: unknown[] = [];
  const logger: WorkflowLogger = { ...silentLogger, error: (_message, fields) => errors.push(fields) };
  const bus = new LifecycleBus<LifecycleEvent>(logger);
  const clock = new VirtualClock();
  return { bus, clock, errors, outlet: new EventOutlet({ bus, clock, logger, options: { outbox } }) };
}

describe('EventOutlet', () => {
  describe('without the outbox', () => {
    it('hands on what the bus tells, at once', () => {
      const { bus, outlet } = world(false);
      const seen: LifecycleEvent[] = [];
      outlet.subscribe((event) => seen.push(event));

      bus.publish(stored);

      expect(seen).toEqual([stored]);
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('full');
        },
      ],
      ['rejects', () => Promise.reject(new Error('full'))],
    ])('logs a receiver that %s, and the next event comes all the same', async (_, fail) => {
      const { bus, clock, errors, outlet } = world(false);
      let calls = 0;
      outlet.subscribe(() => {
        calls += 1;
        return fail();
      });

      bus.publish(stored);
      bus.publish(stored);
      await clock.advance(0);

      expect(calls).toBe(2);
      expect(errors).toEqual(Array(2).fill({ eventId: 'a:1:1', type: 'started', error: 'Error: full' }));
    });

    it('does not wait for a receiver that hangs', () => {
      const { bus, outlet } = world(false);
      let calls = 0;
      outlet.subscribe(() => {
        calls += 1;
        return new Promise(() => undefined);
      });

      bus.publish(stored);
      bus.publish(stored);

      expect(calls).toBe(2);
    });
  });

  describe('with the outbox', () => {
    it('hands on the events of runs without a journal at once, which no relay will ever bring', () => {
      const { bus, outlet } = world(true);
      const seen: LifecycleEvent[] = [];
      const unsubscribe = outlet.subscribe((event) => seen.push(event));
      const fleeting: LifecycleEvent = { ...stored, eventId: 'm:1:1', inMemory: true };

      bus.publish(stored);
      bus.publish(fleeting);
      unsubscribe();
      bus.publish(fleeting);

      expect(seen).toEqual([fleeting]);
    });

    it('delivers to the bus and to the receivers, and not what only the bus tells', async () => {
      const { bus, outlet } = world(true);
      const seen: string[] = [];
      bus.subscribe(() => seen.push('bus'));
      outlet.subscribe(async () => seen.push('receiver'));

      await outlet.deliver(stored);
      bus.publish(stored);

      expect(seen).toEqual(['bus', 'receiver', 'bus']);
    });

    it('tells the relay when a receiver failed, so that the event is brought again', async () => {
      const { outlet } = world(true);
      outlet.subscribe(() => Promise.reject(new Error('full')));

      await expect(outlet.deliver(stored)).rejects.toThrow('full');
    });

    it('gives up on a receiver that hangs, so that other events are not held back', async () => {
      const { clock, outlet } = world(true);
      outlet.subscribe(() => new Promise(() => undefined));
      const delivered = expect(outlet.deliver(stored)).rejects.toThrow(/not answered within 10000 ms/);

      await clock.advance('10s');

      await delivered;
      expect(clock.pending).toBe(0);
    });
  });

  it('forgets a receiver that unsubscribed', async () => {
    const { outlet } = world(true);
    let calls = 0;
    const unsubscribe = outlet.subscribe(() => (calls += 1));

    unsubscribe();
    await outlet.deliver(stored);

    expect(calls).toBe(0);
  });
});
