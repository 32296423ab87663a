import { assign, setup } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine, type StateMachineDefinition } from '../../lib/state-machine/index.js';
import { MachineBench } from '../utils/machine-bench.js';

class Money {
  constructor(readonly amount: number) {}

  get text(): string {
    return `${this.amount} EUR`;
  }
}

/** What JSON changes, and what it makes of it. */
const CHANGED: readonly [string, unknown, object][] = [
  ['a Date', new Date(0), { x: '1970-01-01T00:00:00.000Z' }],
  ['an instance of a class', new Money(3), { x: { amount: 3 } }],
  ['a property that is undefined', undefined, {}],
  ['-0', -0, { x: 0 }],
];

/** What it would lose. */
const REFUSED: readonly [string, unknown][] = [
  ['a Map', new Map()],
  ['NaN', NaN],
  ['a bigint', 10n],
  ['a function', () => 1],
  ['U+0000', 'a\u0000'],
  ['a hole', [1, , 2]], // eslint-disable-line no-sparse-arrays
];

describe('What a state machine is given', () => {
  let bench: MachineBench;
  let seen: unknown[];

  /** Keeps what is looked at, and says in words what it is. */
  const look = (value: object): string => {
    if (Object.keys(value).length > 0) seen.push(value);
    const [[, x] = []] = Object.entries(value) as [string, unknown][];
    return x instanceof Money ? x.text : `${typeof x} ${JSON.stringify(value)}`;
  };
  const expectSeen = (kept: object): void => {
    for (const one of seen) expect(one).toStrictEqual(kept);
  };
  const looking = setup({
    types: {
      context: {} as { first: unknown; second?: unknown },
      input: {} as unknown,
      events: {} as { type: 'LOOK' | 'AGAIN' | 'BIND' },
    },
    guards: { isSeen: ({ event }) => look(withoutType(event)) !== '' },
    actions: { bind: () => undefined },
  }).createMachine({
    context: ({ input }) => ({ first: look((input as object | undefined) ?? {}) }),
    on: {
      LOOK: { guard: 'isSeen', actions: assign({ second: ({ event }) => look(withoutType(event)) }) },
      AGAIN: { actions: assign({ second: ({ context }) => look(context) }) },
      BIND: { actions: 'bind' },
    },
  });
  const dated = setup({ types: { context: {} as { at: unknown; seen: string[] } } }).createMachine({
    context: () => ({ at: new Date(0), seen: [] }),
    on: {
      LOOK: { actions: assign({ seen: ({ context }) => [...context.seen, typeof context.at], at: () => new Date(1) }) },
    },
  });

  const boot = async (...definitions: StateMachineDefinition[]): Promise<MachineBench['machines']> => {
    const clock = new VirtualClock();
    bench = await MachineBench.start(new MemoryStore({ clock }), clock, definitions);
    return bench.machines;
  };

  beforeEach(() => {
    seen = [];
  });

  afterEach(() => bench.stop());

  describe.each(CHANGED)('with %s', (_what, x, kept) => {
    it('is the same for its beginning as for a replay', async () => {
      const machines = await boot(defineStateMachine('m', looking));
      await machines.create('m', { id: 'x', input: { x } });

      expect(await machines.replay('x')).toMatchObject({ version: 1 });
      expectSeen(kept);
    });

    it('is the same for its guards and assigns as for a replay, and where it is only asked', async () => {
      const machines = await boot(defineStateMachine('m', looking));
      await machines.create('m', { id: 'x', input: {} });
      await machines.can('x', 'LOOK', { payload: { x } });
      await machines.send('x', 'LOOK', { payload: { x } });
      await bench.engine.services.store.transaction(({ handle }) =>
        machines.send('x', { type: 'LOOK', x }, { transaction: handle }),
      );

      expect(await machines.replay('x')).toMatchObject({ version: 3 });
      expectSeen(kept);
    });

    it('is the same for a machine that another one invokes as for a replay', async () => {
      const parent = setup({ actors: { kid: looking } }).createMachine({
        invoke: { id: 'kid', src: 'kid', input: () => ({ x }) },
      });
      const machines = await boot(defineStateMachine('m', looking), defineStateMachine('p', parent));
      await machines.create('p', { id: 'p' });

      expect(await machines.replay('p/transition#1/kid')).toMatchObject({ version: 1 });
    });

    it('is the same where it begins on a row', async () => {
      const binding = looking.provide({ actions: { bind: ({ context }) => void look(context) } });
      const machines = await boot(defineStateMachine('m', binding, { transactional: ['bind'] }));
      await machines.attach('m', 'x', { state: {}, context: { x } });
      await machines.send('x', 'BIND');
      await machines.send('x', 'AGAIN');

      expect(await machines.replay('x')).toMatchObject({ version: 3 });
      expectSeen(kept);
    });
  });

  it.each(CHANGED)(
    'is the same for what acts inside of its transaction as for what acts behind it, with %s',
    async (_what, x, kept) => {
      const making = setup({ actions: { bind: ({ context }) => void look(context) } }).createMachine({
        context: () => ({ x }),
        on: { BIND: { actions: 'bind' } },
        entry: 'bind',
      });
      const machines = await boot(defineStateMachine('m', making, { transactional: ['bind'] }));
      await machines.create('m', { id: 'x' });

      expectSeen(kept);
    },
  );

  it('is data alone: a class is no event', async () => {
    class Look {
      readonly type = 'LOOK';
      get x(): number {
        return 1;
      }
    }
    const telling = setup({ types: { context: {} as { x: unknown } } }).createMachine({
      context: { x: 0 },
      on: { LOOK: { actions: assign({ x: ({ event }) => (event as Look).x ?? 'none' }) } },
    });
    const machines = await boot(defineStateMachine('m', telling));
    await machines.create('m', { id: 'x' });
    await machines.send('x', new Look() as never);

    expect(await machines.replay('x')).toMatchObject({ context: { x: 'none' } });
  });

  it('and what it makes itself is the same for later transitions as for a replay', async () => {
    const machines = await boot(defineStateMachine('d', dated));
    await machines.create('d', { id: 'x' });
    await machines.send('x', 'LOOK');
    await machines.send('x', 'LOOK');

    expect((await machines.replay('x')).context).toEqual({
      at: '1970-01-01T00:00:00.001Z',
      seen: ['string', 'string'],
    });
  });

  it.each(REFUSED)('is refused, with %s', async (_what, x) => {
    const machines = await boot(defineStateMachine('m', looking));
    await machines.create('m', { id: 'x', input: {} });
    const refused = { code: 'WORKFLOW_PAYLOAD' };

    await expect(machines.create('m', { id: 'y', input: { x } })).rejects.toMatchObject(refused);
    await expect(machines.send('x', 'LOOK', { payload: { x } })).rejects.toMatchObject(refused);
    await expect(machines.attach('m', 'z', { state: {}, context: { x } })).rejects.toMatchObject(refused);
  });
});

function withoutType({ type: _, ...payload }: { readonly type: string }): object {
  return payload;
}
