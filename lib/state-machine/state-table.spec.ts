import { createMachine, initialTransition, transition } from 'xstate';
import { defineStateMachine } from './state-machine.definition.js';
import { StateMachine } from './state-machine.js';
import { stateTable } from './state-table.js';
import type { StateTable } from './table-shape.js';

const line = { trigger: 'go', from: 'a', to: 'b' };
const table = { initial: 'a', transitions: [line] };

const wrongTables: [string, object, string, RegExp][] = [
  ['no transitions', { initial: 'a' }, 'WORKFLOW_DEFINITION', /no list of transitions/],
  ['no initial state', { transitions: [line] }, 'WORKFLOW_DEFINITION', /begins in undefined/],
  ['an unknown property', { ...table, finals: ['b'] }, 'WORKFLOW_OPTIONS', /Did you mean "final"/],
  ['a final state that is none', { ...table, final: ['c'] }, 'WORKFLOW_DEFINITION', /ends in "c", which is none/],
  ['final states that are no list', { ...table, final: 'b' }, 'WORKFLOW_DEFINITION', /ends in "b". Give a list/],
  ['a way out of where it ends', { ...table, final: ['a', 'b'] }, 'WORKFLOW_DEFINITION', /out of "a", in which/],
  ['a hook of a state that is none', { ...table, onExit: { toString: fail } }, 'WORKFLOW_DEFINITION', /"toString"/],
  [
    'a hook that is no function',
    { ...table, onEnter: { b: 'ring' } },
    'WORKFLOW_DEFINITION',
    /"b" that is no function/,
  ],
  ['hooks that are none', { ...table, onEnter: null }, 'WORKFLOW_DEFINITION', /null as onEnter/],
  ['an onTransition that is no function', { ...table, onTransition: 1 }, 'WORKFLOW_DEFINITION', /onTransition/],
];

const wrongLines: [string, unknown, string, RegExp][] = [
  ['nothing', null, 'WORKFLOW_DEFINITION', /stands nothing/],
  ['no target', { trigger: 'go', from: 'a' }, 'WORKFLOW_DEFINITION', /to is undefined/],
  ['no source', { trigger: 'go', to: 'b' }, 'WORKFLOW_DEFINITION', /from is undefined/],
  ['an empty list of sources', { ...line, from: [] }, 'WORKFLOW_DEFINITION', /from is empty/],
  ['no trigger', { from: 'a', to: 'b' }, 'WORKFLOW_DEFINITION', /trigger is undefined/],
  ['an empty trigger', { ...line, trigger: '' }, 'WORKFLOW_DEFINITION', /trigger is ""/],
  ['a trigger that is the machine’s own', { ...line, trigger: 'xstate.foo' }, 'WORKFLOW_DEFINITION', /"xstate.foo"/],
  ['a trigger for all', { ...line, trigger: '*' }, 'WORKFLOW_DEFINITION', /"\*" stands for many/],
  ['a trigger for many', { ...line, trigger: 'order.*' }, 'WORKFLOW_DEFINITION', /"order.\*" stands for many/],
  ['a state that would be lost', { ...line, to: '__proto__' }, 'WORKFLOW_DEFINITION', /to is "__proto__"/],
  ['a guard that is no function', { ...line, guard: 1 }, 'WORKFLOW_DEFINITION', /guard is 1/],
  ['a misspelt property', { ...line, gard: fail }, 'WORKFLOW_OPTIONS', /Did you mean "guard"/],
];

const wrong: [string, unknown, string, RegExp][] = [
  ...wrongTables,
  ...wrongLines.map(([what, given, code, words]): [string, unknown, string, RegExp] => [
    `a line with ${what}`,
    { initial: 'a', transitions: [line, given] },
    code,
    words,
  ]),
];

describe('A table', () => {
  it.each(wrong)('is refused for %s', (_, given, code, words) => {
    expectRefusal(() => stateTable(createMachine, given as StateTable), code, words);
  });

  it.each([[undefined], [null], [7]])('is refused where it is %p', (given) => {
    expect(() => stateTable(createMachine, given as never)).toThrow(/The table is .* Give/);
  });

  it('is refused for a state that XState would take for an id', () => {
    const given = { initial: 'a', transitions: [{ ...line, to: '#x' }] };

    expect(() => stateTable(createMachine, given)).toThrow(/has the state "#x". Begin no state with "#"/);
  });

  it('names the line that is wrong', () => {
    const given = { id: 'light', initial: 'a', transitions: [line, { ...line, guard: 1 }] };

    expect(() => stateTable(createMachine, given as never)).toThrow(
      'In the table "light", transition 2 the guard is 1. Give a function ({ event }) => boolean.',
    );
  });

  it.each(['constructor', 'toString', '__proto__', 'a.b'])('takes the trigger "%s"', (trigger) => {
    const machine = stateTable(createMachine, { initial: 'a', transitions: [{ ...line, trigger }] });

    expect(moved(machine, trigger)).toBe('b');
  });

  it.each(['constructor', 'in.progress', '.y', 'back\\slash'])('leads into the state "%s", and out of it', (state) => {
    const transitions = [
      { ...line, to: state },
      { trigger: 'leave', from: state, to: 'b' },
    ];
    const machine = stateTable(createMachine, { initial: 'a', transitions });

    expect([moved(machine, 'go'), moved(machine, 'go', 'leave')]).toEqual([state, 'b']);
    expect(() => defineStateMachine('odd', machine)).not.toThrow();
    expect(moved(stateTable(createMachine, { initial: state, transitions }), 'leave')).toBe('b');
  });
});

describe('A StateMachine', () => {
  it.each(wrong)('is refused for %s', (_, given, code, words) => {
    const build = (): unknown => new StateMachine({ id: 'door', ...(given as StateTable) });

    expectRefusal(build, code, words);
  });

  it.each<[string, object, string, RegExp]>([
    ['no id', { id: undefined }, 'WORKFLOW_INPUT', /workflow id/],
    ['an empty id', { id: '' }, 'WORKFLOW_INPUT', /must not be empty/],
    ['an empty name', { name: '' }, 'WORKFLOW_OPTIONS', /name of state machine "door"/],
    ['a persistence that is none', { persistence: {} }, 'WORKFLOW_OPTIONS', /persistence of state machine "door"/],
    ['a codec that is none', { codec: {} }, 'WORKFLOW_OPTIONS', /codec/],
    ['a serializer that is none', { serializer: {} }, 'WORKFLOW_OPTIONS', /serializer of state machine "door"/],
  ])('is refused for %s', (_, more, code, words) => {
    const build = (): unknown => new StateMachine({ id: 'door', ...table, ...more });

    expectRefusal(build, code, words);
  });

  it('refuses options of a trigger that nobody reads', async () => {
    const machine = new StateMachine({ id: 'door', ...table });

    await expect(machine.trigger('go', {}, { meta: 1 } as never)).rejects.toThrow(/Did you mean "metadata"/);
    expect(machine.state).toBe('a');
  });

  it('calls no hook that only every object has', async () => {
    const transitions = [{ trigger: 'go', from: 'constructor', to: 'valueOf' }];
    const calls: string[] = [];
    const onExit = { valueOf: () => calls.push('valueOf') };
    const machine = new StateMachine({ id: 'door', initial: 'constructor', transitions, onExit, onEnter: {} });

    expect([await machine.trigger('go'), machine.state, calls]).toEqual([true, 'valueOf', []]);
  });
});

function moved(machine: unknown, ...triggers: string[]): unknown {
  const logic = machine as ReturnType<typeof createMachine>;
  let [snapshot] = initialTransition(logic);
  for (const type of triggers) [snapshot] = transition(logic, snapshot, { type });
  return snapshot.value;
}

function expectRefusal(build: () => unknown, code: string, words: RegExp): void {
  let refusal: unknown;
  try {
    build();
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code, message: expect.stringMatching(words) as unknown });
}

function fail(): never {
  throw new RangeError('never called');
}
