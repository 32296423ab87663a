import { assign, createMachine, sendParent, sendTo, setup, spawnChild } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine, stateTable, type StateMachineDefinition } from '../../lib/state-machine/index.js';
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
