import { createMachine } from 'xstate';
import type { LifecycleEvent } from '../../lib/core/lifecycle/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine } from '../../lib/state-machine/index.js';
import { MachineBench } from '../utils/machine-bench.js';

/** Some rounds of the relay. */
const SOME_TIME = 5_000;

const machine = createMachine({
  id: 'door',
  initial: 'open',
  states: {
    open: { on: { CLOSE: 'closed' } },
    closed: { on: { OPEN: 'open', BREAK: 'broken' } },
    broken: { type: 'final' },
  },
});

describe('Events of state machines with an outbox', () => {
  let store: MemoryStore;
  let bench: MachineBench;
  let told: LifecycleEvent[];
  let isDeaf: boolean;

  beforeEach(async () => {
    const clock = new VirtualClock();
    store = new MemoryStore({ clock, outbox: true });
    bench = await MachineBench.start(store, clock, [defineStateMachine('door', machine)], {
      outbox: true,
      leaseDuration: '10s',
    });
    told = [];
    isDeaf = false;
    bench.engine.outlet.subscribe((event) => {
      if (isDeaf) throw new RangeError('not now');
      told.push(event);
    });
  });

  afterEach(() => bench.stop());

  const moves = () => told.map(({ eventId, status, detail }) => [eventId, status, detail?.transition?.to]);

  it('are told in the order of versions, once each, under ids that say which', async () => {
    await bench.machines.create('door', { id: 'd' });
    for (const trigger of ['CLOSE', 'OPEN', 'CLOSE', 'BREAK']) await bench.machines.send('d', trigger);
    await bench.advance(SOME_TIME);

    expect(moves()).toEqual([
      ['d:transition:1', 'running', 'open'],
      ['d:transition:2', 'running', 'closed'],
      ['d:transition:3', 'running', 'open'],
      ['d:transition:4', 'running', 'closed'],
      ['d:transition:5', 'completed', 'broken'],
    ]);
  });

  it('are told again when nobody took them', async () => {
    isDeaf = true;
    await bench.machines.create('door', { id: 'd' });
    await bench.machines.send('d', 'CLOSE');
    await bench.advance(1_000);
    expect(told).toEqual([]);
    isDeaf = false;
    // What a relay has taken is its own for a lease.
    await bench.advance(30_000);

    expect(moves().map(([id]) => id)).toEqual(['d:transition:1', 'd:transition:2']);
  });

  it('are not told of what was rolled back, and told of what was committed with the caller’s rows', async () => {
    await bench.machines.create('door', { id: 'd' });
    const close = (fails: boolean): Promise<void> =>
      store.transaction(async ({ handle }) => {
        await bench.machines.send('d', 'CLOSE', { transaction: handle });
        if (fails) throw new Error('undone');
      });
    await expect(close(true)).rejects.toThrow('undone');
    await bench.advance(SOME_TIME);
    expect(moves().map(([id]) => id)).toEqual(['d:transition:1']);
    await close(false);
    await bench.advance(SOME_TIME);

    expect(moves().map(([id]) => id)).toEqual(['d:transition:1', 'd:transition:2']);
  });
});
