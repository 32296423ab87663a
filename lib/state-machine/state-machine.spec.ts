import { createMachine, fromCallback, fromPromise, sendTo, setup } from 'xstate';
import { VirtualClock } from '../core/time/index.js';
import { MemoryStore } from '../memory/index.js';
import { defineStateMachine } from './state-machine.definition.js';
import { StateMachine, type StateMachineObjectOptions } from './state-machine.js';
import { drawMachine } from './state-machine.diagram.js';
import { stateTable } from './state-table.js';
import { workflowActor } from './workflow-actor.js';

type Door = 'open' | 'closed' | 'locked';

function door(more: Partial<StateMachineObjectOptions<Door>> = {}) {
  const calls: string[] = [];
  const store = new MemoryStore({ clock: new VirtualClock() });
  const options: StateMachineObjectOptions<Door> = {
    id: 'door',
    initial: 'open',
    transitions: [
      { trigger: 'close', from: 'open', to: 'closed' },
      { trigger: 'lock', from: 'closed', to: 'locked', guard: ({ event }) => event['key'] === 7 },
      { trigger: 'open', from: ['closed', 'locked'], to: 'open' },
    ],
    onExit: { open: () => void calls.push('exit open') },
    onEnter: { closed: () => void calls.push('enter closed') },
    onTransition: ({ event }) => void calls.push(`transition ${event.type}`),
    persistence: {
      load: (...args) => store.states.load(...args),
      history: (...args) => store.states.history(...args),
      append: (...args) => {
        calls.push('persist');
        return store.states.append(...args);
      },
      delete: (...args) => store.states.delete(...args),
      purge: (...args) => store.states.purge(...args),
    },
    ...more,
  };
  return { calls, options, machine: new StateMachine(options), store };
}

describe('StateMachine', () => {
  it('asks the guard, leaves, writes, enters, and tells, in this order', async () => {
    const { machine, calls } = door();

    expect(await machine.trigger('close')).toBe(true);

    expect([machine.state, machine.version]).toEqual(['closed', 1]);
    expect(calls).toEqual(['exit open', 'persist', 'enter closed', 'transition close']);
  });

  it('stays where it is when its table has no line, or the guard declines', async () => {
    const { machine, calls } = door();
    await machine.trigger('close');
    calls.length = 0;

    expect([await machine.trigger('close'), await machine.trigger('lock', { key: 6 })]).toEqual([false, false]);
    expect([machine.can('lock', { key: 6 }), machine.can('lock', { key: 7 })]).toEqual([false, true]);
    expect([machine.state, machine.version, calls]).toEqual(['closed', 1, []]);
  });

  it('rolls back and takes over the actual version when somebody else was first, and recovers by replaying', async () => {
    const { machine, options } = door();
    const other = new StateMachine(options);
    await machine.trigger('close');

    await expect(other.trigger('close')).rejects.toMatchObject({
      name: 'StateConcurrencyError',
      expected: 0,
      actual: 1,
    });
    expect([other.state, other.version]).toEqual(['open', 1]);
    await other.recover();
    expect([other.state, other.version]).toEqual(['closed', 1]);
    expect(await other.trigger('lock', { key: 7 })).toBe(true);
  });

  it('takes one of two triggers that come at once, and goes on from what is stored', async () => {
    const { machine, options } = door();

    const outcomes = await Promise.allSettled([machine.trigger('close'), machine.trigger('close')]);

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { expected: 0, actual: 1 } });
    expect(await machine.trigger('close')).toBe(false);
    expect(await machine.trigger('lock', { key: 7 })).toBe(true);
    const again = new StateMachine(options);
    await again.recover();
    expect([again.state, again.version]).toEqual(['locked', 2]);
  });

  it('takes one of two triggers that come at once without a persistence, too', async () => {
    const { options } = door();
    const { persistence: _, ...others } = options;
    const machine = new StateMachine(others);

    const outcomes = await Promise.allSettled([machine.trigger('close'), machine.trigger('close')]);

    expect(outcomes).toMatchObject([{ value: true }, { reason: { expected: 0, actual: 1 } }]);
    expect([machine.state, machine.version]).toEqual(['closed', 1]);
  });

  it('goes on from what is stored after a transaction that took a transition back', async () => {
    const { machine, store } = door();
    const undone = (trigger: string): Promise<unknown> =>
      store.transaction(async ({ handle }) => {
        await machine.trigger(trigger, {}, { transaction: handle });
        throw new Error('undone');
      });

    await expect(undone('close')).rejects.toThrow('undone');
    expect([await machine.trigger('open'), machine.state]).toEqual([false, 'open']);
    expect(await machine.trigger('close')).toBe(true);
    await expect(undone('open')).rejects.toThrow('undone');
    expect([await machine.trigger('close'), machine.state]).toEqual([false, 'closed']);
  });

  it('commits with a transaction, or not at all', async () => {
    const { machine, options, store } = door();

    await expect(
      store.transaction(async ({ handle }) => {
        await machine.trigger('close', {}, { transaction: handle });
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');

    await expect(new StateMachine(options).recover()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    await expect(new StateMachine(options).recover()).rejects.toThrow('There is no state machine with the id');
  });

  it('lives without a persistence as long as its object', async () => {
    const { options } = door();
    const { persistence: _, ...others } = options;
    const machine = new StateMachine(others);

    expect(await machine.trigger('close')).toBe(true);
    await expect(machine.recover()).rejects.toMatchObject({ code: 'WORKFLOW_STATE_MACHINE' });
  });
});

describe('stateTable', () => {
  it('makes a machine that a definition takes, drawn with its current state marked', () => {
    const { options } = door();
    const { persistence: _, ...table } = options;
    const machine = stateTable(createMachine, { ...table, final: [] });
    const { plan } = defineStateMachine('door', machine);

    expect(drawMachine('door', plan.machine, 'mermaid', 'closed')).toBe(
      [
        'flowchart LR',
        '  n0["open"]',
        '  n1["closed ●"]',
        '  n2["locked"]',
        '  n0 -->|"close"| n1',
        '  n1 -->|"lock [guard 1]"| n2',
        '  n1 -->|"open"| n0',
        '  n2 -->|"open"| n0',
        '  style n1 stroke-width:4px',
        '',
      ].join('\n'),
    );
    expect(drawMachine('door', plan.machine, 'dot', 'locked')).toContain(
      '"locked" [shape=box, label="locked ●", penwidth=3];',
    );
  });

  it('refuses hooks of states that it has not, and ways out of where it ends', () => {
    const table = { initial: 'a', transitions: [{ trigger: 'go', from: 'a', to: 'b' }] };

    expect(() => stateTable(createMachine, { ...table, onEnter: { c: () => 1 } })).toThrow(/hook for "c"/);
    expect(() => stateTable(createMachine, { ...table, final: ['a'] })).toThrow(/leads out of "a"/);
  });
});

describe('A diagram', () => {
  it('names answers by what is invoked, and shows the ways out of every state', () => {
    const work = fromPromise(() => Promise.resolve());
    const { plan } = defineStateMachine(
      'm',
      setup({ actors: { work } }).createMachine({
        initial: 'a',
        on: { STOP: '.z' },
        states: {
          a: { invoke: { src: 'work', onDone: 'b', onError: 'z' } },
          b: { invoke: { src: 'work', id: 'again', onDone: 'c' } },
          c: { initial: 'd', states: { d: { type: 'final' } }, onDone: 'z' },
          z: {},
        },
      }),
    );

    const lines = drawMachine('m', plan.machine, 'mermaid', undefined).split('\n');

    expect(lines.filter((line) => line.includes('-->') || line.includes('any'))).toEqual([
      '  n0["any state"]',
      '  n0 -->|"STOP"| n5',
      '  n1 -->|"done work"| n2',
      '  n1 -->|"error work"| n5',
      '  n2 -->|"done again"| n3',
      '  n3 -->|"initial"| n4',
      '  n3 -->|"done"| n5',
    ]);
  });
});

describe('A definition', () => {
  it.each<[string, object, RegExp]>([
    ['an action without a name', { entry: () => 1 }, /"m\.a" stands an action without a name/],
    ['an action without an implementation', { entry: 'gone' }, /the action "gone" has no implementation/],
    ['a guard without one', { on: { X: { guard: 'gone', target: 'a' } } }, /the guard "gone" has no implementation/],
    ['an actor without one', { invoke: { src: 'gone' } }, /the actor "gone" has no implementation/],
    ['a delay without one', { after: { gone: 'a' } }, /the delay "gone" has no implementation/],
    ['an actor that goes on in one process only', { invoke: { src: 'bell' } }, /"bell" cannot be made durable/],
    ['a child whose snapshots it wants', { invoke: { src: 'ship', onSnapshot: {} } }, /onSnapshot.*sendParent/],
    [
      'an event for a workflow',
      { invoke: { src: 'ship', id: 's' }, on: { GO: { actions: sendTo('s', { type: 'GO' }) } } },
      /sendTo for "s", which is a workflow/,
    ],
    ['an actor without a name', { invoke: { src: createMachine({}) } }, /has no name, so no other process/],
  ])('is refused for %s', (_, state, message) => {
    const machine = createMachine(
      { id: 'm', initial: 'a', states: { a: state } } as never,
      {
        actors: { bell: fromCallback(() => undefined), ship: workflowActor('ship') },
      } as never,
    );

    expect(() => defineStateMachine('m', machine)).toThrow(message);
  });
});
