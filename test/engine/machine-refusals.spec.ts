import { assign, createMachine, not } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine, type StateMachineService } from '../../lib/state-machine/index.js';
import { MachineBench } from '../utils/machine-bench.js';

const machine = createMachine(
  {
    id: 'm',
    initial: 'a',
    context: {},
    states: {
      a: {
        after: { 60_000: 'late' },
        on: {
          GO: 'b',
          LATER: { guard: 'later', target: 'b' },
          RISK: { guard: not('risky'), target: 'b' },
          BREAK: { target: 'b', actions: assign(() => fail()) },
          CIRCLE: 'c',
        },
      },
      b: {},
      c: { always: 'd' },
      d: { always: 'c' },
      late: {},
    },
  },
  { guards: { later: (() => Promise.reject(new Error('unseen'))) as never, risky: () => fail() } },
);

function fail(): never {
  throw new RangeError('broken');
}

describe('A state machine refuses', () => {
  let bench: MachineBench;
  let machines: StateMachineService;

  beforeEach(async () => {
    const clock = new VirtualClock();
    const broken = createMachine({ id: 'broken', context: fail, initial: 'a', states: { a: {} } });
    const circle = createMachine({ initial: 'a', states: { a: { always: 'b' }, b: { always: 'a' } } });
    bench = await MachineBench.start(new MemoryStore({ clock }), clock, [
      defineStateMachine('m', machine),
      defineStateMachine('broken', broken),
      defineStateMachine('circle', circle),
    ]);
    machines = bench.machines;
    await machines.create('m', { id: 'x' });
  });

  afterEach(() => bench.stop());

  const wrong = (value: unknown): never => value as never;

  it.each<[string, () => Promise<unknown>, object]>([
    [
      'an end of its own delay that comes from outside',
      () => machines.send('x', 'xstate.after.60000.m.a'),
      inputError(/own/),
    ],
    ['a stop that comes from outside', () => machines.send('x', { type: 'xstate.stop' }), inputError(/own/)],
    ['a question after such a one', () => machines.can('x', 'xstate.stop'), inputError(/own/)],
    ['a trigger that is none', () => machines.send('x', wrong({ name: 'GO' })), inputError(/event with its type/)],
    ['a payload that is none', () => machines.send('x', 'GO', { payload: wrong('now') }), inputError(/object/)],
    ['a payload with a type', () => machines.send('x', 'GO', { payload: { type: 'b' } }), inputError(/"type"/)],
    [
      'a version that is no number',
      () => machines.send('x', 'GO', { expectedVersion: wrong('1') }),
      inputError(/expectedVersion/),
    ],
    ['an endless page', () => machines.history('x', { limit: wrong(Infinity) }), inputError(/limit/)],
    [
      'a guard that does not answer at once',
      () => machines.send('x', 'LATER'),
      { code: 'WORKFLOW_STATE_MACHINE', message: wordsOf(/"later".*promise/) },
    ],
    ['a guard that throws, by its error', () => machines.send('x', 'RISK'), { name: 'RangeError', message: 'broken' }],
    ['a question to such a guard', () => machines.can('x', 'RISK'), { name: 'RangeError', message: 'broken' }],
    ['an assignment that throws, by its error', () => machines.send('x', 'BREAK'), { name: 'RangeError' }],
    [
      'a way that leads in circles',
      () => machines.send('x', 'CIRCLE'),
      { code: 'WORKFLOW_STATE_MACHINE', message: wordsOf(/"m" goes in circles.*"CIRCLE".*maxIterations/) },
    ],
    ['a beginning that leads in circles', () => machines.create('circle'), { code: 'WORKFLOW_STATE_MACHINE' }],
    ['a beginning that throws, by its error', () => machines.create('broken'), { name: 'RangeError' }],
    [
      'to begin in a state that there is not',
      () => machines.attach('m', 'y', { state: 'nowhere' }),
      { code: 'WORKFLOW_STATE_MACHINE', message: wordsOf(/"m" has no state "nowhere"/) },
    ],
    ...[5, '', {}, [], null, { a: 5 }].map((state): [string, () => Promise<unknown>, object] => [
      `to begin in ${JSON.stringify(state)}, which is no state`,
      () => machines.attach('m', 'y', { state: wrong(state) }),
      { code: 'WORKFLOW_STATE_MACHINE' },
    ]),
    [
      'to begin with a context that is none',
      () => machines.attach('m', 'y', { state: 'a', context: wrong(5) }),
      inputError(/context.*object/),
    ],
    [
      'an option of attach that there is not',
      () => machines.attach('m', 'y', wrong({ state: 'a', contxt: {} })),
      { code: 'WORKFLOW_OPTIONS', message: wordsOf(/Did you mean "context"/) },
    ],
  ])('%s, and nothing has happened', async (_, attempt, refusal) => {
    await expect(attempt()).rejects.toMatchObject(refusal);

    expect(await machines.snapshot('x')).toMatchObject({ value: 'a', version: 1, status: 'active' });
    await expect(machines.snapshot('y')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  });
});

function inputError(words: RegExp): object {
  return { code: 'WORKFLOW_INPUT', message: wordsOf(words) };
}

function wordsOf(words: RegExp): unknown {
  return expect.stringMatching(words);
}
