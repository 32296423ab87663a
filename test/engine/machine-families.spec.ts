import { assign, createMachine, sendParent, sendTo, setup, spawnChild } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import {
  defineStateMachine,
  stateTable,
  workflowActor,
  type StateMachineDefinition,
} from '../../lib/state-machine/index.js';
import { workflow } from '../utils/bare-engine.js';
import { MachineBench } from '../utils/machine-bench.js';

const KID = 'p/transition#1/kid';

describe('State machines that belong to others', () => {
  let benches: MachineBench[];
  let ran: string[];

  beforeEach(() => {
    benches = [];
    ran = [];
  });

  afterEach(async () => {
    for (const bench of benches) await bench.stop();
  });

  async function boot(...definitions: StateMachineDefinition[]): Promise<MachineBench> {
    const clock = new VirtualClock();
    const bench = await MachineBench.start(new MemoryStore({ clock }), clock, definitions);
    benches.push(bench);
    return bench;
  }

  const ringing = setup({ actions: { ring: () => void ran.push('ring') } }).createMachine({
    initial: 'still',
    states: { still: { after: { 1_000: 'rung' } }, rung: { entry: 'ring', type: 'final' } },
  });

  it('tell those that invoked them, at once and later, and nobody where none did', async () => {
    const kid = setup({}).createMachine({
      initial: 'new',
      states: {
        new: {
          entry: [sendParent({ type: 'LATE' }, { delay: 1_000 }), sendTo(({ self }) => self, { type: 'ON' })],
          on: { ON: 'up' },
        },
        up: { on: { PING: { actions: sendParent({ type: 'PONG' }) }, LATE: 'odd' } },
        odd: {},
      },
    });
    const parent = setup({ types: { context: {} as { got: string[] } }, actors: { kid } }).createMachine({
      context: { got: [] },
      invoke: { src: 'kid', id: 'kid' },
      on: {
        POKE: { actions: sendTo('kid', { type: 'PING' }) },
        '*': { actions: assign({ got: ({ context, event }) => [...context.got, event.type] }) },
      },
    });
    const { machines, advance } = bound(await boot(defineStateMachine('kid', kid), defineStateMachine('p', parent)));
    await machines.create('p', { id: 'p' });
    await machines.create('kid', { id: 'alone' });
    await advance(0);
    await machines.send('p', 'POKE');
    await advance(1_000);

    expect(await machines.snapshot('p')).toMatchObject({ context: { got: ['PONG', 'LATE'] } });
    expect(await machines.snapshot(KID)).toMatchObject({ value: 'up' });
    expect(await machines.snapshot('alone')).toMatchObject({ value: 'up' });
  });

  const listening = setup({ types: { context: {} as { got: unknown[] } } }).createMachine({
    context: { got: [] },
    initial: 'on',
    states: {
      on: {
        on: {
          BREAK: { guard: () => broken(), target: 'over' },
          END: 'over',
          '*': { actions: assign({ got: ({ context, event }) => [...context.got, event.type] }) },
        },
      },
      over: { type: 'final' },
    },
    output: ({ context }) => context.got,
  });

  it('hear what they are sent in the order of its sending, and are not ended before, whatever else their parent has to do', async () => {
    let open: (() => void) | undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const parent = setup({
      types: { context: {} as { heard?: unknown } },
      actors: { kid: listening },
      actions: {
        prepare: () => opened.then(() => ran.push('prepared')) as never,
        note: () => void ran.push('noted'),
      },
    }).createMachine({
      context: {},
      initial: 'on',
      states: {
        on: {
          entry: [sendTo('kid', { type: 'ONE' }), sendTo('kid', { type: 'TWO' })],
          invoke: {
            id: 'kid',
            src: 'kid',
            onDone: { target: 'off', actions: assign({ heard: ({ event }) => event.output }) },
          },
          on: {
            SLOW: { actions: ['prepare', sendTo('kid', { type: 'THREE' })] },
            NOTE: { actions: 'note' },
            QUICK: { actions: ['note', sendTo('kid', { type: 'FOUR' })] },
            END: { actions: sendTo('kid', { type: 'END' }) },
          },
        },
        off: {},
      },
    });
    const { machines, advance } = bound(
      await boot(defineStateMachine('kid', listening), defineStateMachine('p', parent)),
    );
    await machines.create('p', { id: 'p' });
    for (const trigger of ['SLOW', 'NOTE', 'QUICK', 'END']) await machines.send('p', trigger);
    while (ran.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(ran).toEqual(['noted', 'noted']);
    open?.();
    await advance(0);

    expect(ran).toEqual(['noted', 'noted', 'prepared']);
    expect(await machines.snapshot('p')).toMatchObject({
      value: 'off',
      context: { heard: ['ONE', 'TWO', 'THREE', 'FOUR'] },
    });
  });

  it('hear what comes behind a message that they break on', async () => {
    const parent = setup({ actors: { kid: listening } }).createMachine({
      invoke: { id: 'kid', src: 'kid' },
      on: { BREAK: { actions: sendTo('kid', { type: 'BREAK' }) }, TELL: { actions: sendTo('kid', { type: 'TOLD' }) } },
    });
    const { machines, advance } = bound(
      await boot(defineStateMachine('kid', listening), defineStateMachine('p', parent)),
    );
    await machines.create('p', { id: 'p' });
    for (const trigger of ['BREAK', 'TELL']) await machines.send('p', trigger);
    // A transaction that fails is tried twice here.
    await advance(1_000);

    expect(await machines.snapshot(KID)).toMatchObject({ context: { got: ['TOLD'] } });
  });

  it('that begin behind their transition miss nothing that they are told before, and get it in order', async () => {
    const kid = setup({
      types: { context: {} as { got: string[] } },
      actions: { book: () => void ran.push('book') },
    }).createMachine({
      context: { got: [] },
      entry: 'book',
      on: {
        '*': { actions: assign({ got: ({ context, event }) => [...context.got, event.type] }) },
      },
    });
    const parent = setup({ actors: { kid } }).createMachine({
      invoke: { src: 'kid', id: 'kid' },
      entry: [sendTo('kid', { type: 'ONE' }), sendTo('kid', { type: 'TWO' })],
      on: { POKE: { actions: [sendTo('kid', { type: 'THREE' }), sendTo('kid', { type: 'FOUR' })] } },
    });
    const kidDefinition = defineStateMachine('kid', kid, { transactional: ['book'] });
    const bench = await boot(kidDefinition, defineStateMachine('p', parent));
    const { machines, advance } = bound(bench);
    await machines.create('p', { id: 'p' });
    await machines.send('p', 'POKE');
    await expect(machines.snapshot(KID)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    await advance(0);
    await machines.send('p', 'POKE');
    await advance(0);

    const { got } = (await machines.snapshot(KID)).context as { got: string[] };
    expect([got.filter((type) => type === 'ONE' || type === 'TWO'), got.length]).toEqual([['ONE', 'TWO'], 6]);
    expect(got.slice(-2)).toEqual(['THREE', 'FOUR']);
    expect(ran).toEqual(['book']);
  });

  it('that begin behind their transition and cannot are told of as errors; a message that one breaks on keeps no later one from it', async () => {
    const kid = setup({
      types: { input: {} as { fails: boolean }, context: {} as { fails: boolean } },
      actions: {
        book: ({ context }) => {
          if (context.fails) throw new RangeError('no place');
        },
        check: () => {
          throw new RangeError('no check');
        },
      },
    }).createMachine({
      context: ({ input }) => input,
      entry: 'book',
      initial: 'open',
      states: { open: { on: { CHECK: { actions: 'check' }, CLOSE: 'closed' } }, closed: { type: 'final' } },
    });
    const parent = setup({ types: { input: {} as { fails: boolean } }, actors: { kid } }).createMachine({
      context: ({ input }) => input,
      initial: 'on',
      states: {
        on: {
          invoke: {
            src: 'kid',
            id: 'kid',
            input: ({ context }) => context as { fails: boolean },
            onDone: 'done',
            onError: {
              target: 'broken',
              actions: assign(({ event }) => ({ why: (event.error as Error).message })),
            },
          },
          entry: [sendTo('kid', { type: 'CHECK' }), sendTo('kid', { type: 'CLOSE' })],
        },
        done: {},
        broken: {},
      },
    });
    const kidDefinition = defineStateMachine('kid', kid, { transactional: ['book', 'check'] });
    const bench = await boot(kidDefinition, defineStateMachine('p', parent, { retry: 1 }));
    const { machines, advance } = bound(bench);
    await machines.create(parent, { id: 'fine', input: { fails: false } });
    await machines.create(parent, { id: 'broken', input: { fails: true } });
    await advance(0);

    expect(await machines.snapshot('fine')).toMatchObject({ value: 'done' });
    expect(await bench.client.getStatus('fine/transition#1')).toMatchObject({ status: 'failed' });
    expect(await machines.snapshot('broken')).toMatchObject({ value: 'broken', context: { why: 'no place' } });
  });

  it('are workflows that take no events: whatever sends them one is refused by name, also after a restart', async () => {
    const parent = setup({ actors: { work: workflowActor('work') } }).createMachine({
      invoke: { src: 'work', id: 'begun' },
      on: {
        SPAWN: { actions: spawnChild('work', { id: 'spawned' }) },
        TELL: { actions: sendTo(({ event }) => (event as unknown as { to: string }).to, { type: 'HELLO' }) },
        LATER: { actions: sendTo(() => 'begun', { type: 'HELLO' }, { delay: 10 }) },
      },
    });
    const definitions = [
      defineStateMachine('p', parent),
      workflow('work', async (ctx) => ctx.sleep('long', '1d')) as StateMachineDefinition,
    ];
    const clock = new VirtualClock();
    const store = new MemoryStore({ clock });
    const first = await MachineBench.start(store, clock, definitions);
    await first.machines.create('p', { id: 'p' });
    await first.machines.send('p', 'SPAWN');
    await first.drain();
    const second = await MachineBench.start(new MemoryStore({ clock, sharedWith: store }), clock, definitions);
    benches.push(first, second);

    for (const { machines } of [first, second]) {
      for (const [type, to] of [
        ['TELL', 'begun'],
        ['TELL', 'spawned'],
        ['LATER', 'begun'],
      ] as const) {
        await expect(machines.send('p', type, { payload: { to } })).rejects.toMatchObject({
          code: 'WORKFLOW_STATE_MACHINE',
          message: expect.stringMatching(
            new RegExp(`"p" sends "HELLO" to its child "${to}", which is a workflow`),
          ) as unknown,
        });
      }
    }
    expect(await second.machines.snapshot('p')).toMatchObject({ version: 2 });
  });

  it('go on beside a delay whose guard throws', async () => {
    const parent = setup({
      actors: { ringing },
      guards: {
        never: () => {
          throw new RangeError('broken');
        },
      },
    }).createMachine({
      initial: 'on',
      states: {
        on: {
          invoke: { src: 'ringing', id: 'kid', onDone: 'rung' },
          after: { 500: { guard: 'never', target: 'rung' } },
        },
        rung: {},
      },
    });
    const bench = await boot(defineStateMachine('ringing', ringing), defineStateMachine('p', parent, { retry: 1 }));
    const { machines, advance } = bound(bench);
    await machines.create('p', { id: 'p' });
    await advance(500);
    await advance(500);

    expect(await machines.snapshot('p')).toMatchObject({ value: 'rung' });
    expect(await bench.client.getStatus('p/transition#1')).toMatchObject({ status: 'failed' });
  });

  it('stop with the state that invoked them: no delay of theirs ends any more, whatever else that state’s transition began', async () => {
    const parent = setup({ actors: { ringing } }).createMachine({
      type: 'parallel',
      states: {
        one: {
          initial: 'on',
          states: { on: { invoke: { src: 'ringing', id: 'kid' }, on: { LEAVE: 'off' } }, off: {} },
        },
        other: { invoke: { src: 'ringing', id: 'twin' } },
      },
    });
    const { machines, advance } = bound(
      await boot(defineStateMachine('ringing', ringing), defineStateMachine('p', parent)),
    );
    await machines.create('p', { id: 'p' });
    await advance(500);
    await machines.send('p', 'LEAVE');
    await advance(10_000);

    expect(await machines.snapshot(KID)).toMatchObject({ value: 'still', status: 'stopped', version: 2 });
    expect(await machines.snapshot('p/transition#1/twin')).toMatchObject({ value: 'rung', status: 'done' });
    expect(ran).toEqual(['ring']);
  });

  it('stop with the instance that waits for them, and a new run of it says so', async () => {
    const bench = await boot(defineStateMachine('ringing', ringing));
    const { machines, advance } = bound(bench);
    const handle = await machines.start('ringing', undefined as never, { id: 'r' });
    await advance(500);
    await handle.cancel('no more');
    await advance(10_000);

    expect(await machines.snapshot('r')).toMatchObject({ value: 'still', status: 'stopped' });
    expect(ran).toEqual([]);
    expect(bench.events.filter(({ type }) => type === 'state_transitioned').at(-1)).toMatchObject({
      status: 'cancelled',
      detail: { transition: { trigger: 'xstate.stop' } },
    });
    await bench.client.restart('r');
    await advance(0);
    await expect(handle.result()).rejects.toMatchObject({ code: 'WORKFLOW_FAILED' });
  });

  it.each(['cancel', 'terminate'] as const)(
    'stop with an instance that had no time to wait for them, by %s',
    async (operation) => {
      const bench = await boot(defineStateMachine('ringing', ringing));
      const { machines, advance } = bound(bench);
      await machines.start('ringing', undefined as never, { id: 'r' });
      await bench.client[operation]('r', 'no more');

      expect(await machines.snapshot('r')).toMatchObject({ value: 'still', status: 'stopped', version: 2 });
      await bench.client[operation]('r', 'no more');
      await advance(10_000);
      expect(await machines.snapshot('r')).toMatchObject({ value: 'still', status: 'stopped', version: 2 });
      expect(ran).toEqual([]);
    },
  );

  it.each(['cancel', 'terminate'] as const)(
    'stop with the transition that began them, by %s, also where its actions keep it from going on',
    async (operation) => {
      let isBroken = true;
      const parent = setup({
        actors: { ringing },
        actions: {
          act: () => {
            if (isBroken) throw new RangeError('not yet');
          },
        },
      }).createMachine({ entry: 'act', invoke: { src: 'ringing', id: 'kid' } });
      const retry = { attempts: 2, backoff: { delay: '1h' as const } };
      const bench = await boot(defineStateMachine('ringing', ringing), defineStateMachine('p', parent, { retry }));
      const { machines, advance } = bound(bench);
      await machines.create('p', { id: 'p' });
      await machines.create('p', { id: 'q' });
      await bench.drain();
      const waiting = machines.waitFor(KID, ({ value }) => value === 'rung');
      const told = expect(waiting).rejects.toMatchObject({ code: 'WORKFLOW_STATE_MACHINE' });
      await bench.client[operation]('p/transition#1', 'no more');
      await told;
      isBroken = false;
      await advance(10_000);

      expect(await machines.snapshot(KID)).toMatchObject({ value: 'still', status: 'stopped', version: 2 });
      expect(await machines.snapshot('q/transition#1/kid')).toMatchObject({ value: 'rung', status: 'done' });
    },
  );

  it('stop with an instance that waits for them and is terminated', async () => {
    const bench = await boot(defineStateMachine('ringing', ringing));
    const { machines, advance } = bound(bench);
    await machines.start('ringing', undefined as never, { id: 'r' });
    await advance(500);
    await bench.client.terminate('r', 'no more');
    await advance(10_000);

    expect(await machines.snapshot('r')).toMatchObject({ value: 'still', status: 'stopped' });
    expect(ran).toEqual([]);
  });

  it('are registered themselves: whatever invokes one that is not is refused before it begins, by name', async () => {
    const parent = setup({ actors: { ringing } }).createMachine({
      initial: 'quiet',
      states: { quiet: { on: { GO: 'loud' } }, loud: { invoke: { src: 'ringing' } } },
    });
    const { machines } = bound(await boot(defineStateMachine('p', parent)));
    const begun = (): Promise<unknown> => machines.create('p', { id: 'p' });

    await expect(begun()).rejects.toMatchObject({
      code: 'WORKFLOW_DEFINITION',
      message: expect.stringMatching(/"p" invokes the machine "ringing".*not registered.*Register the same/) as unknown,
    });
    machines.register('ringing', ringing);
    expect(await begun()).toMatchObject({ created: true });
  });

  it('are begun by actions alone: what an assign spawns is refused by name', async () => {
    const parent = setup({ actors: { ringing } }).createMachine({
      context: {} as { kid?: unknown },
      on: {
        ASSIGN: { actions: assign({ kid: ({ spawn }) => spawn('ringing', { id: 'hidden' }) }) },
        ACT: { actions: spawnChild('ringing', { id: 'found' }) },
      },
    });
    const { machines } = bound(await boot(defineStateMachine('ringing', ringing), defineStateMachine('p', parent)));
    await machines.create('p', { id: 'p' });

    await expect(machines.send('p', 'ASSIGN')).rejects.toMatchObject({
      code: 'WORKFLOW_STATE_MACHINE',
      message: expect.stringMatching(/"hidden" by the spawn.*spawnChild/) as unknown,
    });
    expect(await machines.send('p', 'ACT')).toMatchObject({ version: 2 });
  });

  it('of a table call its hooks for every line, also for one that leads to where it begins, and not for their beginning', async () => {
    const table = stateTable(createMachine, {
      initial: 'on',
      transitions: [{ trigger: 'TOUCH', from: 'on', to: 'on' }],
      onExit: { on: () => ran.push('exit') },
      onEnter: { on: ({ machineId }) => ran.push(`enter ${machineId ?? ''}`) },
      onTransition: ({ event }) => ran.push(event.type),
    });
    const { machines, advance } = bound(await boot(defineStateMachine('table', table)));
    await machines.create('table', { id: 't' });
    await advance(0);
    expect(ran.splice(0)).toEqual(['enter t']);
    await machines.send('t', 'TOUCH');
    await advance(0);

    expect(ran).toEqual(['exit', 'enter t', 'TOUCH']);
  });
});

function bound(bench: MachineBench): Pick<MachineBench, 'machines' | 'advance'> {
  return { machines: bench.machines, advance: (ms) => bench.advance(ms) };
}

function broken(): never {
  throw new RangeError('broken');
}
