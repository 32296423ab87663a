import { assign, cancel, createMachine, initialTransition, not, raise, sendTo, stateIn, transition } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine, type MachineLike } from '../../lib/state-machine/index.js';
import { MachineBench } from '../utils/machine-bench.js';
import { MORE_CASES, type ScxmlCase } from './scxml-cases.js';

type Config = Parameters<typeof createMachine>[0];

const chart = (config: object): MachineLike => createMachine(config as Config);
const ends = { pass: { type: 'final' }, fail: { type: 'final' } };
const add = (by: number) => assign({ n: ({ context }: { context: { n: number } }) => context.n + by });
const is =
  (n: number) =>
  ({ context }: { context: { n: number } }) =>
    context.n === n;

const CASES: readonly ScxmlCase[] = [
  {
    rule: '144: events raised are taken in the order in which they were raised',
    machine: chart({
      initial: 's0',
      states: {
        s0: { entry: [raise({ type: 'foo' }), raise({ type: 'bar' })], on: { foo: 's1', '*': 'fail' } },
        s1: { on: { bar: 'pass', '*': 'fail' } },
        ...ends,
      },
    }),
  },
  {
    rule: '147, 148: the first condition that holds is taken',
    machine: chart({
      context: { n: 0 },
      initial: 's0',
      states: {
        s0: { always: [{ guard: is(1), target: 'fail' }, { guard: is(0), target: 'pass' }, { target: 'fail' }] },
        ...ends,
      },
    }),
  },
  {
    rule: '158: executable content runs in document order',
    machine: chart({
      initial: 's0',
      states: {
        s0: { on: { go: { target: 's1', actions: [raise({ type: 'e1' }), raise({ type: 'e2' })] } } },
        s1: { on: { e1: 's2', '*': 'fail' } },
        s2: { on: { e2: 'pass', '*': 'fail' } },
        ...ends,
      },
    }),
    events: ['go'],
  },
  {
    rule: '175, 185: a delayed event comes after its delay, and after one with a shorter delay',
    machine: chart({
      initial: 's0',
      states: {
        s0: {
          entry: [raise({ type: 'long' }, { delay: 1_000 }), raise({ type: 'short' }, { delay: 500 })],
          on: { short: 's1', long: 'fail' },
        },
        s1: { on: { long: 'pass', short: 'fail' } },
        ...ends,
      },
    }),
    afterMs: 2_000,
  },
  {
    rule: '208: a delayed event that was cancelled never comes',
    machine: chart({
      initial: 's0',
      states: {
        s0: {
          entry: [
            raise({ type: 'event1' }, { delay: 500, id: 'foo' }),
            raise({ type: 'event2' }, { delay: 1_000 }),
            cancel('foo'),
          ],
          on: { event2: 'pass', event1: 'fail' },
        },
        ...ends,
      },
    }),
    afterMs: 2_000,
  },
  {
    rule: '189: internal events come before external ones',
    machine: chart({
      initial: 's0',
      states: {
        s0: {
          entry: [sendTo(({ self }) => self, { type: 'external' }), raise({ type: 'internal' })],
          on: { internal: 's1', external: 'fail' },
        },
        s1: { on: { external: 'pass' } },
        ...ends,
      },
    }),
  },
  {
    rule: '355: without an initial state the first one in document order is entered',
    machine: chart({ initial: 's0', states: { s0: { always: 'pass' }, s1: { always: 'fail' }, ...ends } }),
  },
  {
    rule: '364: the default entry of a compound state reaches its descendants',
    machine: chart({
      initial: 's1',
      states: {
        s1: {
          initial: 's11',
          on: { in: 'pass', timeout: 'fail' },
          states: { s11: { initial: 's111', states: { s111: { entry: raise({ type: 'in' }) } } } },
        },
        ...ends,
      },
    }),
  },
  {
    rule: '375, 376: entry content runs in document order, each piece by itself',
    machine: chart({
      initial: 's0',
      states: {
        s0: { entry: [raise({ type: 'e1' }), raise({ type: 'e2' })], on: { e1: 's1', '*': 'fail' } },
        s1: { on: { e2: 'pass', '*': 'fail' } },
        ...ends,
      },
    }),
  },
  {
    rule: '377, 378: exit content runs in document order',
    machine: chart({
      initial: 's0',
      states: {
        s0: { exit: [raise({ type: 'e1' }), raise({ type: 'e2' })], on: { go: 's1' } },
        s1: { on: { e1: 's2', '*': 'fail' } },
        s2: { on: { e2: 'pass', '*': 'fail' } },
        ...ends,
      },
    }),
    events: ['go'],
  },
  {
    rule: '387, 388: history brings back the deep, or the shallow, state that was left',
    machine: chart({
      initial: 's0',
      states: {
        s0: {
          initial: 's01',
          states: {
            s01: { initial: 's011', states: { s011: { on: { next: 's012' } }, s012: {} } },
            deep: { type: 'history', history: 'deep' },
            shallow: { type: 'history', history: 'shallow' },
          },
          on: { leave: 'away' },
        },
        away: { on: { back: 's0.deep', again: 's0.shallow' } },
        ...ends,
      },
      on: {
        check: [
          { guard: stateIn({ s0: { s01: 's012' } }), target: '.away' },
          { guard: stateIn({ s0: { s01: 's011' } }), target: '.pass' },
          { target: '.fail' },
        ],
      },
    }),
    events: ['next', 'leave', 'back', 'check', 'again', 'check'],
  },
  {
    rule: '396: the event that a transition sees is the one that was taken',
    machine: chart({
      initial: 's0',
      states: {
        s0: {
          on: {
            foo: [{ guard: ({ event }: { event: { type: string } }) => event.type === 'foo', target: 'pass' }, 'fail'],
          },
        },
        ...ends,
      },
    }),
    events: ['foo'],
  },
  {
    rule: '403: a transition of a descendant comes before one of its ancestor, and document order decides',
    machine: chart({
      initial: 's0',
      states: {
        s0: {
          initial: 's01',
          on: { e: 'fail' },
          states: { s01: { on: { e: [{ target: 's02' }, { target: '#end.fail' }] } }, s02: { on: { f: '#end.pass' } } },
        },
        ...ends,
      },
      id: 'end',
    }),
    events: ['e', 'f'],
  },
  {
    rule: '404, 406: states are left from the innermost out, and entered from the outermost in',
    machine: chart({
      context: { n: 0 },
      initial: 's0',
      states: {
        s0: {
          initial: 's01',
          exit: assign({ n: ({ context }: { context: { n: number } }) => context.n * 2 }),
          states: { s01: { exit: add(1), on: { go: '#end.s1' } } },
        },
        s1: {
          initial: 's11',
          entry: add(10),
          states: { s11: { entry: assign({ n: ({ context }: { context: { n: number } }) => context.n * 3 }) } },
          on: { check: [{ guard: is(36), target: 'pass' }, { target: 'fail' }] },
        },
        ...ends,
      },
      id: 'end',
    }),
    events: ['go', 'check'],
  },
  {
    rule: '405, 411: a parallel state leaves and enters all its regions',
    machine: chart({
      context: { n: 0 },
      id: 'end',
      initial: 'both',
      states: {
        both: {
          type: 'parallel',
          states: {
            a: { initial: 'a1', states: { a1: { exit: add(1), on: { go: 'a2' } }, a2: { entry: add(10) } } },
            b: { initial: 'b1', states: { b1: { exit: add(2), on: { go: 'b2' } }, b2: { entry: add(20) } } },
          },
          on: { check: [{ guard: is(33), target: 'pass' }, { target: 'fail' }] },
        },
        ...ends,
      },
    }),
    events: ['go', 'check'],
  },
  {
    rule: '416, 417: a compound state is done with its final child, a parallel one with all of its regions',
    machine: chart({
      initial: 'one',
      states: {
        one: { initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } }, onDone: 'both' },
        both: {
          type: 'parallel',
          states: {
            x: { initial: 'a', states: { a: { on: { left: 'b' } }, b: { type: 'final' } } },
            y: { initial: 'a', states: { a: { on: { right: 'b' } }, b: { type: 'final' } } },
          },
          onDone: 'pass',
        },
        ...ends,
      },
    }),
    events: ['go', 'left', 'right'],
  },
  {
    rule: '419: transitions without an event come before those with one',
    machine: chart({
      initial: 's0',
      states: { s0: { entry: raise({ type: 'internal' }), always: 'pass', on: { internal: 'fail' } }, ...ends },
    }),
  },
  {
    rule: '503: a transition without a target leaves and enters nothing',
    machine: chart({
      context: { n: 0 },
      initial: 's0',
      states: {
        s0: {
          exit: add(100),
          on: { foo: { actions: add(1) }, bar: [{ guard: is(1), target: 's1' }, { target: 'fail' }] },
        },
        s1: { always: [{ guard: is(101), target: 'pass' }, { target: 'fail' }] },
        ...ends,
      },
    }),
    events: ['foo', 'bar'],
  },
  {
    rule: '504, 505: an external transition leaves its source, an internal one does not',
    machine: chart({
      context: { n: 0 },
      id: 'end',
      initial: 's0',
      states: {
        s0: {
          initial: 's01',
          exit: add(1),
          states: { s01: { exit: add(10) }, s02: {} },
          on: {
            internal: '.s02',
            external: { target: 's0', reenter: true },
            check: [{ guard: is(21), target: 'pass' }, { target: 'fail' }],
          },
        },
        ...ends,
      },
    }),
    events: ['external', 'internal', 'check'],
  },
  {
    rule: '579: history without a past takes its default, and the recorded state afterwards',
    machine: chart({
      context: { n: 0 },
      id: 'end',
      initial: 'out',
      states: {
        out: { on: { in: 's0.back' } },
        s0: {
          initial: 'a',
          states: {
            back: { type: 'history', target: 'b' },
            a: { entry: add(100) },
            b: { entry: add(1), on: { next: 'c' } },
            c: { entry: add(10) },
          },
          on: { leave: 'out', check: [{ guard: is(21), target: 'pass' }, { target: 'fail' }] },
        },
        ...ends,
      },
    }),
    events: ['in', 'next', 'leave', 'in', 'check'],
  },
  {
    rule: '580: a machine is never in a history state, and a condition may ask where it is',
    machine: chart({
      initial: 's0',
      states: {
        s0: { on: { go: [{ guard: not(stateIn('s0')), target: 'fail' }, { target: 'pass' }] } },
        ...ends,
      },
    }),
    events: ['go'],
  },
];

describe('Rules of SCXML', () => {
  const all = [...CASES, ...MORE_CASES].map((one) => [one.rule, one] as const);

  it.each(all)('%s', async (_, { machine, events = [], afterMs = 0, child }) => {
    const clock = new VirtualClock();
    const store = new MemoryStore({ clock });
    // Two processes take turns, so that each event finds the machine as it was stored.
    const processes = [store, new MemoryStore({ clock, sharedWith: store })];
    const definitions = [
      defineStateMachine('scxml', machine),
      ...(child === undefined ? [] : [defineStateMachine('kid', child)]),
    ];
    const benches = await Promise.all(
      processes.map((one, index) => MachineBench.start(one, clock, definitions, { workerId: `w${index}` })),
    );
    const [first, second] = benches as [MachineBench, MachineBench];
    await first.machines.create('scxml', { id: 'm' });

    for (const [index, type] of events.entries()) {
      // What it has invoked has begun.
      if (child !== undefined) await first.drain();
      await (index % 2 === 0 ? second : first).machines.send('m', type);
    }
    for (let leftMs = afterMs; leftMs >= 0; leftMs -= 100) for (const bench of benches) await bench.advance(50);

    expect(await second.machines.snapshot('m')).toMatchObject({ value: 'pass', status: 'done' });
    expect(pure(machine, events)).toEqual(await statesOf(second, events.length));
    for (const bench of benches) await bench.stop();
  });

  /** The states that the library itself goes through by the same events. */
  function pure(machine: MachineLike, events: readonly string[]): unknown[] {
    const chart = machine as Parameters<typeof initialTransition>[0];
    let [snapshot] = initialTransition(chart) as [{ value: unknown }, unknown];
    const states = [snapshot.value];
    for (const type of events) {
      [snapshot] = transition(chart, snapshot as never, { type } as never) as [{ value: unknown }, unknown];
      states.push(snapshot.value);
    }
    return states;
  }

  async function statesOf({ machines }: MachineBench, events: number): Promise<unknown[]> {
    return (await machines.history('m', { limit: 20 })).items.slice(0, events + 1).map(({ to }) => to);
  }
});
