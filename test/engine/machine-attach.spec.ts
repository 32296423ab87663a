import { createMachine, fromPromise } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine } from '../../lib/state-machine/index.js';
import { MachineBench } from '../utils/machine-bench.js';

const HOUR = 3_600_000;

describe('A state machine that begins where a row stands', () => {
  let bench: MachineBench;
  let asked: unknown[];

  const machine = createMachine(
    {
      id: 'm',
      initial: 'new',
      context: { tries: 0 },
      states: {
        new: {},
        waiting: { entry: 'greet', after: { patience: 'late', 60_000: { actions: 'nudge' } }, on: { ON: 'late' } },
        late: {},
        asking: {
          entry: 'greet',
          invoke: { src: 'ask', input: ({ context }: { context: unknown }) => context, onDone: 'late' },
        },
        passing: { entry: 'greet', after: { 1_000: 'late' }, always: 'waiting' },
      },
    } as never,
    {
      actions: { greet: () => void asked.push('greet'), nudge: () => void asked.push('nudge') },
      delays: { patience: ({ context }: { context: { tries: number } }) => context.tries * HOUR },
      actors: { ask: fromPromise(({ input }) => Promise.resolve(asked.push(input))) },
    } as never,
  );

  beforeEach(async () => {
    asked = [];
    const clock = new VirtualClock();
    bench = await MachineBench.start(new MemoryStore({ clock }), clock, [defineStateMachine('m', machine)]);
  });

  afterEach(() => bench.stop());

  it('leaves the state by its delays, which count from then, and does not act as if it had just come', async () => {
    await bench.machines.attach('m', 'a', { state: 'waiting', context: { tries: 2 } });
    await bench.advance(2 * HOUR - 1);
    expect(await bench.machines.snapshot('a')).toMatchObject({ value: 'waiting', version: 2 });
    await bench.advance(1);

    expect(await bench.machines.snapshot('a')).toMatchObject({ value: 'late', version: 3 });
    expect(asked).toEqual(['nudge']);
  });

  it('has no delays of a state that it has left', async () => {
    await bench.machines.attach('m', 'a', { state: 'waiting', context: { tries: 2 } });
    await bench.drain();
    await bench.machines.send('a', 'ON');
    await bench.advance(3 * HOUR);

    expect(await bench.machines.snapshot('a')).toMatchObject({ value: 'late', version: 2 });
    expect(await bench.client.getStatus('a/transition#1')).toMatchObject({ status: 'completed' });
  });

  it('begins what the state invokes, and goes on by the answer', async () => {
    await bench.machines.attach('m', 'a', { state: 'asking', context: { tries: 3 } });
    await bench.drain();

    expect(await bench.machines.snapshot('a')).toMatchObject({ value: 'late', context: { tries: 3 } });
    expect(asked).toEqual([{ tries: 3 }]);
  });

  it('goes on at once from a state that is left at once', async () => {
    await bench.machines.attach('m', 'a', { state: 'passing', context: { tries: 1 } });
    expect(await bench.machines.snapshot('a')).toMatchObject({ value: 'waiting', version: 1 });
    await bench.advance(HOUR);

    expect(await bench.machines.snapshot('a')).toMatchObject({ value: 'late' });
    expect(asked).toEqual(['greet', 'nudge']);
    expect(await bench.machines.replay('a')).toMatchObject({ value: 'late' });
  });
});
