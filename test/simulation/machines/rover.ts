import { assign, fromPromise, setup } from 'xstate';
import { defineStateMachine, type StateMachineDefinition } from '../../../lib/state-machine/index.js';
import type { SimProcess } from '../engine/sim-process.js';

export const ROUNDS = 3;
export const REST_MS = 4_000;

/** One effect of a machine, as the outside saw it. */
export interface RoverEffect {
  readonly machineId: string;
  readonly version: number;
  readonly what: string;
  readonly key: string;
}

/** What an action is given here beside what XState gives it. */
interface ActionFacts {
  readonly machineId: string;
  readonly version: number;
  readonly idempotencyKey: string;
}

/**
 * A machine that takes triggers in every state, with and without an effect, and goes its rounds by itself meanwhile: a delay, a promise, a
 * delay, until it ends.
 */
export function roverDefinition(effects: RoverEffect[], process: SimProcess): StateMachineDefinition {
  const act = (what: string) => (facts: object) => {
    const { machineId, version, idempotencyKey } = facts as ActionFacts;
    if (process.isAlive) effects.push({ machineId, version, what, key: idempotencyKey });
  };
  const machine = setup({
    types: { context: {} as { n: number; rounds: number; dug: number } },
    guards: { isTired: ({ context }) => context.rounds >= ROUNDS },
    actions: { note: act('note'), ring: act('ring') },
    actors: { dig: fromPromise(() => Promise.resolve(1)) },
  }).createMachine({
    id: 'rover',
    context: { n: 0, rounds: 0, dug: 0 },
    initial: 'resting',
    on: {
      TOUCH: { actions: assign({ n: ({ context }) => context.n + 1 }) },
      NOTE: { actions: [assign({ n: ({ context }) => context.n + 1 }), 'note'] },
    },
    states: {
      resting: { after: { [REST_MS]: 'digging' } },
      digging: {
        entry: [assign({ rounds: ({ context }) => context.rounds + 1 }), 'ring'],
        invoke: {
          src: 'dig',
          onDone: {
            target: 'deciding',
            actions: assign({ dug: ({ context, event }) => context.dug + event.output }),
          },
        },
      },
      deciding: { always: [{ guard: 'isTired', target: 'over' }, { target: 'resting' }] },
      over: { type: 'final' },
    },
  });
  return defineStateMachine('rover', machine);
}
