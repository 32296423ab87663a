import { assign, createMachine, fromPromise, raise, sendTo, stateIn } from 'xstate';
import type { MachineLike } from '../../lib/state-machine/index.js';

/** What one rule of SCXML asks of a machine: events from outside, the time that passes, and where it ends. */
export interface ScxmlCase {
  /** The number of the W3C's test of the rule, and the rule. */
  readonly rule: string;
  readonly machine: MachineLike;
  readonly events?: readonly string[];
  /** How long it is left alone afterwards, milliseconds. */
  readonly afterMs?: number;
  /** A machine that it invokes. */
  readonly child?: MachineLike;
}

type Trail = { context: { trail: string } };

const ends = { pass: { type: 'final' }, fail: { type: 'final' } };
const note = (text: string) => assign({ trail: ({ context }: Trail) => context.trail + text });
const trailIs =
  (text: string) =>
  ({ context }: Trail) =>
    context.trail === text;
const outputIs =
  (output: unknown) =>
  ({ event }: { event: { output?: unknown } }) =>
    event.output === output;

const chart = (config: object, child?: MachineLike): MachineLike =>
  createMachine(
    { id: 'end', ...config },
    {
      actors: { kid: child, quick: fromPromise(() => Promise.resolve('done')) },
    },
  );

const quickChild = createMachine({ id: 'kid', initial: 'over', states: { over: { type: 'final' } }, output: 7 });
const slowChild = createMachine({
  id: 'kid',
  initial: 'on',
  states: { on: { after: { 1_000: 'over' } }, over: { type: 'final' } },
  output: 7,
});
const waitingChild = createMachine({
  id: 'kid',
  initial: 'on',
  states: { on: { on: { poke: 'over' } }, over: { type: 'final' } },
  output: 7,
});

/** Rules of order, of parallel states, of endings, and of what a machine invokes. */
export const MORE_CASES: readonly ScxmlCase[] = [
  {
    rule: '186: what a delayed event carries is decided when it is sent',
    machine: chart({
      context: { trail: 'a' },
      initial: 's0',
      states: {
        s0: {
          entry: [raise(({ context }: Trail) => ({ type: 'e', seen: context.trail }), { delay: 500 }), note('b')],
          on: {
            e: [{ guard: ({ event }: { event: { seen?: string } }) => event.seen === 'a', target: 'pass' }, 'fail'],
          },
        },
        ...ends,
      },
    }),
    afterMs: 1_000,
  },
  {
    rule: '372: the end of a state is told after the entry, and before the exit, of its final child',
    machine: chart({
      context: { trail: '' },
      initial: 's0',
      states: {
        s0: {
          initial: 'last',
          states: { last: { type: 'final', entry: note('in'), exit: note('out') } },
          onDone: [{ guard: trailIs('in'), target: 'pass' }, 'fail'],
        },
        ...ends,
      },
    }),
  },
  {
    rule: '399: a transition may be for every event of a family, and for every event at all',
    machine: chart({
      initial: 's0',
      states: {
        s0: { on: { 'foo.*': 's1' } },
        s1: { on: { foo: 'fail', '*': 'pass' } },
        ...ends,
      },
    }),
    events: ['foo.bar', 'other'],
  },
  {
    rule: '403b: what a descendant in one region takes, the parallel state does not',
    machine: chart({
      initial: 'both',
      states: {
        both: {
          type: 'parallel',
          on: { e: 'fail', check: [{ guard: stateIn('#a2'), target: 'pass' }, 'fail'] },
          states: {
            a: { initial: 'a1', states: { a1: { on: { e: 'a2' } }, a2: { id: 'a2' } } },
            b: { initial: 'b1', states: { b1: {} } },
          },
        },
        ...ends,
      },
    }),
    events: ['e', 'check'],
  },
  {
    rule: '403c: of two transitions that cannot both be taken the first in document order is',
    machine: chart({
      initial: 'both',
      states: {
        both: {
          type: 'parallel',
          on: { check: 'pass' },
          states: {
            a: { initial: 'a1', states: { a1: { on: { e: 'a2' } }, a2: {} } },
            b: { initial: 'b1', states: { b1: { on: { e: '#end.fail' } } } },
          },
        },
        ...ends,
      },
    }),
    events: ['e', 'check'],
  },
  {
    rule: '404, 405: regions are left in reverse document order, children first, and then the transition acts',
    machine: chart({
      context: { trail: '' },
      initial: 'both',
      states: {
        both: {
          type: 'parallel',
          exit: note('p'),
          on: { go: { target: 's1', actions: note('!') } },
          states: {
            a: { exit: note('a'), initial: 'a1', states: { a1: { exit: note('1') } } },
            b: { exit: note('b'), initial: 'b1', states: { b1: { exit: note('2') } } },
          },
        },
        s1: { always: [{ guard: trailIs('2b1ap!'), target: 'pass' }, 'fail'] },
        ...ends,
      },
    }),
    events: ['go'],
  },
  {
    rule: '406: regions are entered in document order, parents first, after the transition has acted',
    machine: chart({
      context: { trail: '' },
      initial: 's0',
      states: {
        s0: { exit: note('s'), on: { go: { target: 'both', actions: note('!') } } },
        both: {
          type: 'parallel',
          entry: note('p'),
          states: {
            a: { entry: note('a'), initial: 'a1', states: { a1: { entry: note('1') } } },
            b: { entry: note('b'), initial: 'b1', states: { b1: { entry: note('2') } } },
          },
          on: { check: [{ guard: trailIs('s!pa1b2'), target: 'pass' }, 'fail'] },
        },
        ...ends,
      },
    }),
    events: ['go', 'check'],
  },
  {
    rule: '412: the content of an initial transition runs between the entries of the state and of its child',
    machine: chart({
      context: { trail: '' },
      initial: 's0',
      states: {
        s0: {
          entry: note('a'),
          initial: { target: 's01', actions: note('b') },
          states: { s01: { entry: note('c') } },
          always: [{ guard: trailIs('abc'), target: 'pass' }, 'fail'],
        },
        ...ends,
      },
    }),
  },
  {
    rule: '413: a transition may lead into the middle of each region',
    machine: chart({
      initial: 's0',
      states: {
        s0: { on: { go: { target: ['#a2', '#b2'] } } },
        both: {
          type: 'parallel',
          on: { check: [{ guard: stateIn({ both: { a: 'a2', b: 'b2' } }), target: 'pass' }, 'fail'] },
          states: {
            a: { initial: 'a1', states: { a1: {}, a2: { id: 'a2' } } },
            b: { initial: 'b1', states: { b1: {}, b2: { id: 'b2' } } },
          },
        },
        ...ends,
      },
    }),
    events: ['go', 'check'],
  },
  {
    rule: '422: what a state invokes that is left within the same step is never begun',
    machine: chart({
      initial: 's0',
      states: {
        s0: { invoke: { id: 'never', src: 'quick' }, always: 's1' },
        s1: { after: { 500: 'pass' }, on: { 'xstate.done.actor.never': 'fail' } },
        ...ends,
      },
    }),
    afterMs: 1_000,
  },
  {
    rule: '527, 529: the end of a state carries what its final child gives',
    machine: chart({
      initial: 's0',
      states: {
        s0: {
          initial: 'last',
          states: { last: { type: 'final', output: 7 } },
          onDone: [{ guard: outputIs(7), target: 'pass' }, 'fail'],
        },
        ...ends,
      },
    }),
  },
  {
    rule: '228, 232: the end of what was invoked comes back under the id of the invocation, with its output',
    machine: chart(
      {
        initial: 's0',
        states: {
          s0: {
            invoke: { id: 'mine', src: 'kid' },
            on: { 'xstate.done.actor.mine': [{ guard: outputIs(7), target: 'pass' }, 'fail'], '*': 'fail' },
          },
          ...ends,
        },
      },
      quickChild,
    ),
    child: quickChild,
    afterMs: 500,
  },
  {
    rule: '192: a machine sends to what it invoked, by its id',
    machine: chart(
      {
        initial: 's0',
        states: {
          s0: {
            invoke: { id: 'mine', src: 'kid', onDone: 'pass' },
            on: { go: { actions: sendTo('mine', { type: 'poke' }) } },
          },
          ...ends,
        },
      },
      waitingChild,
    ),
    child: waitingChild,
    events: ['go'],
    afterMs: 500,
  },
  {
    rule: '237, 252: what was invoked is cancelled when its state is left, and says nothing any more',
    machine: chart(
      {
        initial: 's0',
        states: {
          s0: { invoke: { id: 'mine', src: 'kid' }, on: { go: 's1' } },
          s1: { after: { 2_000: 'pass' }, on: { 'xstate.done.actor.mine': 'fail' } },
          ...ends,
        },
      },
      slowChild,
    ),
    child: slowChild,
    events: ['go'],
    afterMs: 6_000,
  },
];
