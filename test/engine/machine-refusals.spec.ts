import { assign, createMachine, not, sendTo } from 'xstate';
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
          DRIFT: 'adrift',
          TELL: { target: 'b', actions: sendTo('nobody', { type: 'HELLO' }) },
        },
      },
      b: {},
      c: { always: 'd' },
      d: { always: 'c' },
      late: {},
      adrift: { after: { never: 'b' } },
    },
  },
  {
    delays: { never: () => NaN },
    guards: { later: (() => Promise.reject(new Error('unseen'))) as never, risky: () => fail() },
  },
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
    const plain = createMachine({ initial: 'a', states: { a: { on: { GO: 'b' } }, b: { type: 'final' } } });
    const circle = createMachine({ initial: 'a', states: { a: { always: 'b' }, b: { always: 'a' } } });
    bench = await MachineBench.start(new MemoryStore({ clock }), clock, [
      defineStateMachine('m', machine),
      defineStateMachine('broken', broken),
      defineStateMachine('plain', plain),
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
    [
      'a delay that is no number',
      () => machines.send('x', 'DRIFT'),
      {
        code: 'WORKFLOW_STATE_MACHINE',
        message: wordsOf(/"m" begins the delay "xstate.after.never.m.adrift" with NaN/),
      },
    ],
    [
      'a message to nobody',
      () => machines.send('x', 'TELL'),
      { code: 'WORKFLOW_STATE_MACHINE', message: wordsOf(/"m" sends to "nobody" by "TELL"/) },
    ],
    [
      'a payload that cannot be kept, by its name',
      () => machines.send('x', 'GO', { payload: { n: 7n } }),
      { code: 'WORKFLOW_PAYLOAD', message: wordsOf(/payload of "GO" for the state machine "x"/) },
    ],
    [
      'metadata that cannot be kept, by their name',
      () => machines.send('x', 'GO', { metadata: 7n }),
      { code: 'WORKFLOW_PAYLOAD', message: wordsOf(/metadata of "GO" for the state machine "x"/) },
    ],
    ['to be asked with unknown options', () => machines.can('x', 'GO', wrong({ payloads: {} })), optionsError(/can/)],
    ['to be read with unknown options', () => machines.snapshot('x', wrong({ tx: 1 })), optionsError(/snapshot/)],
    [
      'to run in memory with unknown options',
      async () => machines.execute('m', undefined, wrong({ timeout: 1 })),
      optionsError(/execute/),
    ],
    ['to be waited for without a predicate', () => machines.waitFor('x', wrong(undefined)), optionsError(/predicate/)],
    ['to be drawn otherwise', async () => machines.diagram('m', wrong('svg')), optionsError(/'mermaid' or 'dot'/)],
    [
      'to be registered where it is none',
      async () => machines.register(wrong(null)),
      { code: 'WORKFLOW_DEFINITION', message: wordsOf(/register\(\) was given null/) },
    ],
    [
      'to be registered without a name',
      async () => machines.register(wrong(undefined), machine),
      { code: 'WORKFLOW_DEFINITION', message: wordsOf(/name/) },
    ],
    ['to be none', async () => machines.get(wrong(null)), { code: 'WORKFLOW_DEFINITION' }],
    [
      'a migration that is no function',
      async () => defineStateMachine('m', machine, { migrate: wrong(5) }),
      optionsError(/migrate of state machine "m"/),
    ],
    [
      'an entity without a target',
      async () => defineStateMachine('m', machine, { entity: wrong({}) }),
      optionsError(/entity\.target of state machine "m"/),
    ],
    [
      'an entity with a misspelt option',
      async () => defineStateMachine('m', machine, { entity: wrong({ target: 'a', state: 'b' }) }),
      optionsError(/entity\.state of state machine "m"/),
    ],
    [
      'an entity whose status is no name',
      async () => defineStateMachine('m', machine, { entity: { target: 'a', status: '' } }),
      optionsError(/entity\.status of state machine "m"/),
    ],
  ])('%s, and nothing has happened', async (_, attempt, refusal) => {
    await expect(attempt()).rejects.toMatchObject(refusal);

    expect(await machines.snapshot('x')).toMatchObject({ value: 'a', version: 1, status: 'active' });
    await expect(machines.snapshot('y')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  });

  it('a cursor of another machine, and one for a machine that is gone', async () => {
    await machines.create('plain', { id: 'y' });
    await machines.send('y', 'GO');
    const { nextCursor = '' } = await machines.history('y', { limit: 1 });

    await expect(machines.history('x', { cursor: nextCursor })).rejects.toMatchObject(inputError(/cursor/));
    expect(await machines.history('y', { cursor: nextCursor })).toMatchObject({ items: [{ version: 2 }] });
    await machines.delete('y');
    await expect(machines.history('y', { cursor: nextCursor })).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  });
});

function optionsError(words: RegExp): object {
  return { code: 'WORKFLOW_OPTIONS', message: wordsOf(words) };
}

function inputError(words: RegExp): object {
  return { code: 'WORKFLOW_INPUT', message: wordsOf(words) };
}

function wordsOf(words: RegExp): unknown {
  return expect.stringMatching(words);
}
