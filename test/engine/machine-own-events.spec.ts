import {
  assign,
  createActor,
  enqueueActions,
  raise,
  sendTo,
  setup,
  SimulatedClock,
  type AnyStateMachine,
} from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine, StateTransitionRefusedError } from '../../lib/state-machine/index.js';
import { MachineBench } from '../utils/machine-bench.js';

interface Heard {
  readonly heard: string[];
}
type Event = { readonly type: 'GO' | 'END' | 'BACK' } | { readonly type: 'TELL'; readonly n: number };

const counting = setup({
  types: { context: {} as Heard, events: {} as Event },
  actions: {
    hear: assign({
      heard: ({ context, event }) => [...context.heard, `${event.type} ${event.type === 'TELL' ? event.n : ''}`],
    }),
  },
});
const tell = (n: number): Event => ({ type: 'TELL', n });
const TOLD = { TELL: { actions: 'hear' } } as const;

/** Charts that give events to themselves, with what is sent to them, one after the other, at the same moment. */
const CHARTS: Record<string, readonly [AnyStateMachine, ...('GO' | 'END' | 'BACK')[]]> = {
  'without a delay': [
    counting.createMachine({
      context: { heard: [] },
      on: { ...TOLD, GO: { actions: [raise(tell(1)), raise(tell(2))] } },
    }),
    'GO',
  ],
  'without a delay, at the beginning': [
    counting.createMachine({ context: { heard: [] }, entry: raise(tell(1)), on: TOLD }),
  ],
  'without a delay, from a queue of actions': [
    counting.createMachine({
      context: { heard: [] },
      on: { ...TOLD, GO: { actions: enqueueActions(({ enqueue }) => enqueue.raise(tell(1))) } },
    }),
    'GO',
  ],
  'later, several of one type in one transition': [
    counting.createMachine({
      context: { heard: [] },
      entry: [raise(tell(1), { delay: 30 }), raise(tell(2), { delay: 60 }), raise(tell(3), { delay: 10 })],
      on: TOLD,
    }),
  ],
  'later, of one type in two transitions': [
    counting.createMachine({ context: { heard: [] }, on: { ...TOLD, GO: { actions: raise(tell(1), { delay: 30 }) } } }),
    'GO',
    'GO',
  ],
  'later, as if somebody sent them': [
    counting.createMachine({
      context: { heard: [] },
      on: {
        ...TOLD,
        GO: { actions: [1, 2].map((n) => sendTo(({ self }) => self, tell(n), { delay: n * 10 })) },
      },
    }),
    'GO',
  ],
  'with a delay of nothing': [
    counting.createMachine({ context: { heard: [] }, on: { ...TOLD, GO: { actions: raise(tell(1), { delay: 0 }) } } }),
    'GO',
  ],
};

describe('A state machine that gives events to itself', () => {
  let bench: MachineBench | undefined;

  afterEach(async () => {
    await bench?.stop();
    bench = undefined;
  });

  async function boot(machine: AnyStateMachine): Promise<MachineBench> {
    const clock = new VirtualClock();
    const definition = defineStateMachine('m', machine);
    return (bench = await MachineBench.start(new MemoryStore({ clock }), clock, [definition], { workerId: 'w' }));
  }

  it.each(Object.entries(CHARTS))(
    'hears %s what an actor of XState hears, as often',
    async (_name, [machine, ...sent]) => {
      const simulated = new SimulatedClock();
      const actor = createActor(machine, { clock: simulated }).start();
      for (const type of sent) actor.send({ type });
      simulated.increment(1_000);

      const { machines } = await boot(machine);
      await machines.create('m', { id: 'x' });
      for (const type of sent) await machines.send('x', type);
      for (let times = 0; times < 10; times += 1) await bench?.advance(10);

      const { heard } = (actor.getSnapshot() as unknown as { readonly context: Heard }).context;
      expect(heard.length).toBeGreaterThan(0);
      expect(((await machines.snapshot('x')).context as Heard).heard).toEqual(heard);
    },
  );

  it('takes nothing any more once it has ended, whatever stands at its root', async () => {
    const machine = counting.createMachine({
      context: { heard: [] },
      initial: 'a',
      on: { ...TOLD, BACK: '.a' },
      states: { a: { on: { END: 'z' } }, z: { type: 'final' } },
    });
    const { machines } = await boot(machine);
    await machines.create('m', { id: 'x' });
    await machines.send('x', 'END');

    for (const trigger of ['TELL', 'BACK']) {
      expect(await machines.can('x', trigger)).toBe(false);
      await expect(machines.send('x', trigger)).rejects.toThrow(StateTransitionRefusedError);
    }
    expect(await machines.snapshot('x')).toMatchObject({
      value: 'z',
      status: 'done',
      version: 2,
      context: { heard: [] },
    });
  });
});
