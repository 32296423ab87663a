import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assign, emit, fromPromise, sendTo, setup } from 'xstate';
import type { WorkflowStore } from '../../lib/core/store/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';
import {
  defineStateMachine,
  isStateConcurrencyError,
  isStateError,
  isStateTransitionRefusedError,
  StateError,
  workflowActor,
  type MigratedSnapshot,
  type StateMachineDefinition,
} from '../../lib/state-machine/index.js';
import { workflow } from '../utils/bare-engine.js';
import { rejection } from '../utils/failures.js';
import { MachineBench } from '../utils/machine-bench.js';

const HOUR = 3_600_000;

export interface MachineStores {
  readonly store: WorkflowStore;
  /** Another process's way to the same data. */
  second(): Promise<WorkflowStore>;
  dispose(): Promise<void>;
}

interface Order {
  readonly paid: number;
}
type OrderEvent = { type: 'PAY'; amount: number } | { type: 'SHIP' } | { type: 'CANCEL' };

/** What state machines do, on any store. */
export function machineBehaviour(storeName: string, make: (clock: VirtualClock) => Promise<MachineStores>): void {
  describe(`state machines on the ${storeName} store`, () => {
    let clock: VirtualClock;
    let stores: MachineStores;
    let benches: MachineBench[];
    let ran: string[];

    beforeEach(async () => {
      clock = new VirtualClock();
      stores = await make(clock);
      benches = [];
      ran = [];
    });

    afterEach(async () => {
      for (const bench of benches) await bench.stop();
      await stores.dispose();
    });

    async function boot(...definitions: StateMachineDefinition[]): Promise<MachineBench> {
      const store = benches.length === 0 ? stores.store : await stores.second();
      const bench = await MachineBench.start(store, clock, definitions, { workerId: `worker-${benches.length}` });
      benches.push(bench);
      return bench;
    }

    const orderMachine = setup({
      types: typesOf<{ context: Order; events: OrderEvent; input: { paid?: number } | undefined }>(),
      guards: { isEnough: ({ event }) => event.type === 'PAY' && event.amount >= 10 },
      actions: {
        receipt: ({ context }, _params?: unknown) => {
          ran.push(`receipt ${context.paid}`);
        },
        label: () => {
          ran.push('label');
        },
      },
    }).createMachine({
      id: 'order',
      context: ({ input }) => ({ paid: input?.paid ?? 0 }),
      initial: 'open',
      states: {
        open: {
          after: { [HOUR]: 'expired' },
          on: {
            PAY: {
              guard: 'isEnough',
              target: 'paid',
              actions: assign({ paid: ({ context, event }) => context.paid + event.amount }),
            },
            CANCEL: 'cancelled',
          },
        },
        paid: { entry: ['receipt'], on: { SHIP: { target: 'shipped', actions: 'label' } } },
        shipped: { type: 'final' },
        expired: { type: 'final' },
        cancelled: { type: 'final' },
      },
    });
    const order = (): StateMachineDefinition<typeof orderMachine> => defineStateMachine('order', orderMachine);

    it('are created in their initial state, and move by triggers that the state takes', async () => {
      const { machines } = await boot(order());
      const handle = await machines.create(orderMachine, { id: 'o-1' });

      expect(handle.created).toBe(true);
      expect((await handle.snapshot()).value).toBe('open');
      const paid = await handle.send({ type: 'PAY', amount: 12 });

      expect(paid).toMatchObject({ value: 'paid', version: 2, context: { paid: 12 }, status: 'active' });
      expect(await machines.can('o-1', 'SHIP')).toBe(true);
      expect(await machines.can('o-1', 'CANCEL')).toBe(false);
      expect(await machines.snapshot('o-1')).toMatchObject({ value: 'paid', version: 2, context: { paid: 12 } });
    });

    it('answer the same machine for the same id, and refuse an id of another one', async () => {
      const other = setup({}).createMachine({ id: 'other', initial: 'a', states: { a: {} } });
      const { machines } = await boot(order(), defineStateMachine('other', other));
      await machines.create('order', { id: 'o-1' });

      expect((await machines.create('order', { id: 'o-1' })).created).toBe(false);
      await expect(machines.create('other', { id: 'o-1' })).rejects.toThrow(/belongs to a state machine "order"/);
    });

    it('refuse by name what the state does not take, and what a guard declines, and nothing has happened', async () => {
      const { machines } = await boot(order());
      await machines.create('order', { id: 'o-1' });

      const refusals = [
        await machines.send('o-1', 'SHIP').catch((error: unknown) => error),
        await machines.send('o-1', 'PAY', { payload: { amount: 3 } }).catch((error: unknown) => error),
      ];

      for (const refusal of refusals) expect(isStateTransitionRefusedError(refusal)).toBe(true);
      expect(refusals[0]).toMatchObject({ machineId: 'o-1', state: 'open', trigger: 'SHIP', version: 1 });
      expect((await machines.history('o-1')).items).toHaveLength(1);
      await expect(machines.send('nobody', 'SHIP')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    });

    it('run their actions after the commit, once each, in order', async () => {
      const bench = await boot(order());
      await bench.machines.create('order', { id: 'o-1' });
      await bench.machines.send('o-1', 'PAY', { payload: { amount: 10 } });
      expect(ran).toEqual([]);
      await bench.drain();
      await bench.machines.send('o-1', 'SHIP');
      await bench.drain();

      expect(ran).toEqual(['receipt 10', 'label']);
    });

    /** What three transitions do that come at once, in two processes; the first one fails at first. */
    async function actsOf(ordered: boolean): Promise<string[]> {
      let isBroken = true;
      const machine = setup({
        actions: {
          one: () => {
            ran.push(isBroken ? 'try one' : 'one');
            if (isBroken) throw new Error('not yet');
          },
          two: () => void ran.push('two'),
          three: () => void ran.push('three'),
          heard: () => void ran.push('send'),
        },
      }).createMachine({
        type: 'parallel',
        states: {
          acting: {
            initial: 'a',
            states: {
              // Its instance goes on with a delay when its action is long over.
              a: { on: { GO: { target: 'b', actions: 'one' } } },
              b: { after: { [HOUR]: 'd' }, on: { GO: { target: 'c', actions: 'two' } } },
              c: { on: { GO: { target: 'd', actions: ['three', sendTo(({ self }) => self, { type: 'HEAR' })] } } },
              d: {},
            },
          },
          slow: {
            initial: 'on',
            states: { on: { on: { GO: 'waiting' } }, waiting: { after: { 500: 'off' } }, off: {} },
          },
          ear: { on: { HEAR: { actions: 'heard' } } },
        },
      });
      const retry = { attempts: 100, backoff: { delay: '10m' as const, factor: 1 } };
      const definition = defineStateMachine('m', machine, { ordered, retry });
      const first = await boot(definition);
      const second = await boot(definition);
      await first.machines.create('m', { id: 'm' });
      for (const { machines } of [first, second, first]) await machines.send('m', 'GO');
      const isOff = async () => (await second.machines.snapshot('m')).matches({ slow: 'off' });
      for (let steps = 0; steps < 1_000 && !(await isOff()); steps += 1) await second.advance(500);
      expect([await isOff(), isBroken]).toEqual([true, true]);
      isBroken = false;
      for (let steps = 0; steps < 1_000 && !ran.includes('send'); steps += 1) await second.advance(60_000);
      for (let steps = 0; steps < 1_000 && !ran.includes('one'); steps += 1) await second.advance(60_000);

      return ran.filter((act) => act !== 'try one');
    }

    it('act in the order of their transitions where they are ordered, also across processes, and let no delay wait', async () => {
      expect(await actsOf(true)).toEqual(['one', 'two', 'three', 'send']);
    });

    it('act each transition for itself where they are not ordered: one that fails keeps no other one from it', async () => {
      const acts = await actsOf(false);

      expect([acts.length, acts.at(-1)]).toEqual([4, 'one']);
    });

    it('keep a history with payloads and metadata, in pages', async () => {
      const { machines } = await boot(order());
      await machines.create('order', { id: 'o-1', input: { paid: 1 }, metadata: { by: 'Ada' } });
      await machines.send('o-1', 'PAY', { payload: { amount: 10 }, metadata: { by: 'Bob' } });
      await machines.send('o-1', 'SHIP');

      const first = await machines.history('o-1', { limit: 2 });
      const rest = await machines.history('o-1', { cursor: first.nextCursor as string });

      expect(first.items).toMatchObject([
        { version: 1, to: 'open', trigger: '$created', payload: { input: { paid: 1 } }, metadata: { by: 'Ada' } },
        { version: 2, from: 'open', to: 'paid', trigger: 'PAY', payload: { amount: 10 }, metadata: { by: 'Bob' } },
      ]);
      expect(rest.items).toMatchObject([{ version: 3, from: 'paid', to: 'shipped', trigger: 'SHIP' }]);
      expect(rest.nextCursor).toBeUndefined();
      await expect(machines.history('o-1', { cursor: 'nonsense' })).rejects.toMatchObject({ code: 'WORKFLOW_INPUT' });
    });

    it('are recovered by replaying their triggers', async () => {
      const { machines } = await boot(order());
      await machines.create('order', { id: 'o-1', input: { paid: 1 } });
      await machines.send('o-1', 'PAY', { payload: { amount: 10 } });

      expect(await machines.replay('o-1')).toMatchObject({ value: 'paid', context: { paid: 11 }, version: 2 });
    });

    it('refuse an expected version that is not the actual one, with both', async () => {
      const { machines } = await boot(order());
      await machines.create('order', { id: 'o-1' });
      await machines.send('o-1', 'PAY', { payload: { amount: 10 }, expectedVersion: 1 });

      const refusal = await machines.send('o-1', 'SHIP', { expectedVersion: 1 }).catch((error: unknown) => error);

      expect(isStateConcurrencyError(refusal)).toBe(true);
      expect(refusal).toMatchObject({ expected: 1, actual: 2, code: 'WORKFLOW_STATE_CONCURRENCY' });
      // One catch takes what else a machine refuses as well.
      expect([isStateError(refusal), refusal instanceof StateError]).toEqual([true, true]);
    });

    it('are moved by another process on what they have become', async () => {
      const first = await boot(order());
      const second = await boot(order());
      await first.machines.create('order', { id: 'o-1' });
      await second.machines.send('o-1', 'PAY', { payload: { amount: 10 } });

      // The first one still has them as they were.
      expect(await first.machines.send('o-1', 'SHIP')).toMatchObject({ value: 'shipped', version: 3 });
    });

    it('move and act with the caller’s transaction, or not at all', async () => {
      const bench = await boot(order());
      const { machines } = bench;
      await machines.create('order', { id: 'o-1' });
      const pay = (fails: boolean): Promise<unknown> =>
        stores.store.transaction(async ({ handle }) => {
          await machines.send('o-1', 'PAY', { payload: { amount: 10 }, transaction: handle });
          expect(await machines.can('o-1', 'SHIP', { transaction: handle })).toBe(true);
          if (fails) throw new Error('undone');
        });

      await expect(pay(true)).rejects.toThrow('undone');
      await bench.drain();
      expect([await machines.snapshot('o-1'), ran]).toMatchObject([{ version: 1 }, []]);
      await pay(false);
      await bench.drain();

      expect([await machines.snapshot('o-1'), ran]).toMatchObject([{ version: 2 }, ['receipt 10']]);
    });

    it('take part in a transaction of a workflow by its manager, and in no other way', async () => {
      const refusals: unknown[] = [];
      const mover = workflow('mover', async (ctx) =>
        ctx.transaction('move', async (manager: unknown) => {
          await bench.machines.send('o-1', 'CANCEL').catch((error: unknown) => refusals.push(error));
          await bench.machines.send('o-1', 'PAY', { payload: { amount: 10 }, transaction: manager });
        }),
      );
      const bench: MachineBench = await boot(order(), mover as StateMachineDefinition);
      await bench.machines.create('order', { id: 'o-1' });
      await bench.client.start('mover', undefined, { id: 'w' });
      await bench.drain();

      expect(refusals).toMatchObject([{ code: 'WORKFLOW_TRANSACTION' }]);
      expect((await bench.machines.snapshot('o-1')).value).toBe('paid');
    });

    it('leave a state by its delay, after a restart as well, once', async () => {
      const first = await boot(order());
      await first.machines.create('order', { id: 'o-1' });
      await first.drain();
      await first.stop();
      benches.pop();
      const second = await boot(order());
      await second.advance(HOUR / 2);
      expect((await second.machines.snapshot('o-1')).value).toBe('open');
      await second.advance(HOUR);

      expect(await second.machines.snapshot('o-1')).toMatchObject({ value: 'expired', version: 2, status: 'done' });
      expect((await second.machines.history('o-1')).items.map(({ trigger }) => trigger)).toEqual([
        '$created',
        `xstate.after.${HOUR}.order.open`,
      ]);
    });

    it('are left alone by a delay of a state that they have left, whose instance ends at once', async () => {
      const bench = await boot(order());
      await bench.machines.create('order', { id: 'o-1' });
      await bench.drain();
      await bench.machines.send('o-1', 'PAY', { payload: { amount: 10 } });
      await bench.drain();

      expect(await bench.client.getStatus('o-1/transition#1')).toMatchObject({ status: 'completed' });
      await bench.advance(2 * HOUR);
      expect(await bench.machines.snapshot('o-1')).toMatchObject({ value: 'paid', version: 2 });
    });

    it('invoke promises as durable steps, and go on by their answers and failures', async () => {
      const machine = setup({
        types: typesOf<{ context: { score: number; why: string } }>(),
        actors: {
          score: fromPromise(async ({ input }: { input: { name: string } }) => {
            ran.push(input.name);
            if (input.name === 'bad') throw new TypeError('no score');
            return input.name.length;
          }),
        },
      }).createMachine({
        id: 'scoring',
        context: { score: 0, why: '' },
        initial: 'idle',
        states: {
          idle: { on: { ASK: 'asking' } },
          asking: {
            invoke: {
              src: 'score',
              input: ({ event }) => ({ name: (event as unknown as { name: string }).name }),
              onDone: { target: 'known', actions: assign({ score: ({ event }) => event.output }) },
              onError: {
                target: 'unknown',
                actions: assign({ why: ({ event }) => (event.error as Error).message }),
              },
            },
          },
          known: {},
          unknown: {},
        },
      });
      const bench = await boot(defineStateMachine('scoring', machine, { retry: 1 }));
      for (const name of ['Ada', 'bad']) {
        await bench.machines.create('scoring', { id: name });
        await bench.machines.send(name, 'ASK', { payload: { name } });
        await bench.drain();
      }

      expect(ran).toEqual(['Ada', 'bad']);
      expect(await bench.machines.snapshot('Ada')).toMatchObject({ value: 'known', context: { score: 3 }, version: 3 });
      expect(await bench.machines.snapshot('bad')).toMatchObject({ value: 'unknown', context: { why: 'no score' } });
    });

    it('invoke other machines and workflows as children, send to them, and take their output', async () => {
      const child = setup({
        types: typesOf<{ input: { by: number }; context: { n: number }; output: number }>(),
      }).createMachine({
        id: 'child',
        context: ({ input }) => ({ n: input.by }),
        initial: 'counting',
        states: {
          counting: { on: { MORE: { target: 'full', actions: assign({ n: ({ context }) => context.n * 2 }) } } },
          full: { type: 'final' },
        },
        output: ({ context }) => context.n,
      });
      const parent = setup({
        types: typesOf<{ context: { got: number[] } }>(),
        actors: { child, double: workflowActor('double') },
      }).createMachine({
        id: 'parent',
        context: { got: [] },
        initial: 'one',
        states: {
          one: {
            invoke: {
              id: 'kid',
              src: 'child',
              input: { by: 21 },
              onDone: { target: 'two', actions: assign({ got: ({ event }) => [event.output] }) },
            },
            on: { POKE: { actions: sendTo('kid', { type: 'MORE' }) } },
          },
          two: {
            invoke: {
              src: 'double',
              input: ({ context }: { context: { got: number[] } }) => context.got[0],
              onDone: {
                target: 'three',
                actions: assign({ got: ({ context, event }) => [...context.got, event.output as number] }),
              },
            },
          },
          three: { type: 'final' },
        },
      });
      const bench = await boot(
        defineStateMachine('child', child),
        defineStateMachine('parent', parent),
        workflow('double', async (_ctx, n: number) => n * 2) as StateMachineDefinition,
      );
      await bench.machines.create('parent', { id: 'p' });
      await bench.drain();
      await bench.machines.send('p', 'POKE');
      await bench.drain();

      expect(await bench.machines.snapshot('p')).toMatchObject({ value: 'three', context: { got: [42, 84] } });
    });

    it.each<[string, readonly string[]]>([
      ['from the first moment', []],
      ['also where those begin behind their transition', ['book']],
    ])('are heard by the machines that they invoke, %s', async (_, transactional) => {
      const kid = setup({
        types: typesOf<{ context: { got: string[] } }>(),
        actions: { book: () => undefined },
      }).createMachine({
        id: 'kid',
        context: { got: [] },
        entry: 'book',
        on: { '*': { actions: assign({ got: ({ context, event }) => [...context.got, event.type] }) } },
      });
      const machine = setup({ actors: { kid } }).createMachine({
        id: 'parent',
        invoke: { id: 'k', src: 'kid' },
        entry: sendTo('k', { type: 'FIRST' }),
        on: { POKE: { actions: sendTo('k', { type: 'POKED' }) } },
      });
      const definitions = [defineStateMachine('kid', kid, { transactional }), defineStateMachine('parent', machine)];
      const bench = await boot(...definitions);
      await bench.machines.create('parent', { id: 'p' });
      await bench.machines.send('p', 'POKE');
      await stores.store.transaction(async ({ handle }) => {
        await bench.machines.create('parent', { id: 'q', transaction: handle });
        await bench.machines.send('q', 'POKE', { transaction: handle });
      });
      const gotBy = async (id: string): Promise<string[]> => {
        const snapshot = await bench.machines.snapshot(`${id}/transition#1/k`).catch(() => undefined);
        return (snapshot?.context as { got: string[] } | undefined)?.got ?? [];
      };
      for (let rounds = 0; rounds < 50 && (await gotBy('q')).length + (await gotBy('p')).length < 4; rounds += 1) {
        await bench.drain();
      }

      for (const id of ['p', 'q']) expect(await gotBy(id)).toEqual(['FIRST', 'POKED']);
    });

    it('started as a workflow end with their output', async () => {
      const machine = setup({
        types: typesOf<{ context: { n: number }; input: number; output: { n: number } }>(),
      }).createMachine({
        id: 'counter',
        context: ({ input }) => ({ n: input }),
        initial: 'on',
        states: { on: { on: { STOP: 'off' } }, off: { type: 'final' } },
        output: ({ context }) => ({ n: context.n }),
      });
      const bench = await boot(defineStateMachine('counter', machine));
      const handle = await bench.machines.start('counter', 7, { id: 'c' });
      await bench.drain();
      await bench.machines.send('c', 'STOP');
      await bench.drain();

      expect(await handle.result()).toEqual({ n: 7 });
    });

    it('keep parallel, nested and remembered states between triggers', async () => {
      const machine = setup({}).createMachine({
        id: 'player',
        type: 'parallel',
        states: {
          power: {
            initial: 'on',
            states: {
              on: {
                initial: 'slow',
                states: { slow: { on: { FASTER: 'fast' } }, fast: {}, last: { type: 'history' } },
                on: { OFF: 'off' },
              },
              off: { on: { ON: 'on.last' } },
            },
          },
          light: { initial: 'dark', states: { dark: { on: { LIGHT: 'bright' } }, bright: {} } },
        },
      });
      const first = await boot(defineStateMachine('player', machine));
      await first.machines.create('player', { id: 'p' });
      for (const trigger of ['FASTER', 'OFF', 'LIGHT']) await first.machines.send('p', trigger);
      const second = await boot(defineStateMachine('player', machine));

      const seen = await second.machines.send('p', 'ON');

      expect(seen.value).toEqual({ power: { on: 'fast' }, light: 'bright' });
      expect(seen.matches({ power: 'on' })).toBe(true);
    });

    it('run declared actions inside their transaction, which a failing one prevents', async () => {
      let isBroken = true;
      const machine = setup({
        actions: {
          book: (args) => {
            ran.push(`book ${String((args as unknown as { manager: unknown }).manager !== undefined)}`);
            if (isBroken) throw new RangeError('no place');
          },
        },
      }).createMachine({
        id: 'booking',
        initial: 'free',
        states: { free: { on: { BOOK: { target: 'booked', actions: 'book' } } }, booked: {} },
      });
      const { machines } = await boot(defineStateMachine('booking', machine, { transactional: ['book'] }));
      await machines.create('booking', { id: 'b' });

      await expect(machines.send('b', 'BOOK')).rejects.toThrow('no place');
      expect((await machines.snapshot('b')).version).toBe(1);
      isBroken = false;
      await machines.send('b', 'BOOK');

      expect((await machines.snapshot('b')).value).toBe('booked');
      expect(ran).toEqual(['book true', 'book true']);
    });

    it('take part in the transaction of their own action by its manager, and in no other way', async () => {
      let manager: (given: unknown) => unknown = () => undefined;
      const machine = setup({
        actions: {
          goOn: ((args: { readonly manager: unknown }) => {
            const transaction = manager(args.manager);
            return bench.machines.send('m', 'NEXT', { ...(transaction !== undefined && { transaction }) });
          }) as never,
        },
      }).createMachine({
        id: 'm',
        initial: 'a',
        states: {
          a: { on: { GO: { target: 'b', actions: 'goOn' } } },
          b: { on: { NEXT: 'c' } },
          c: { on: { GO: 'a' } },
        },
      });
      const bench: MachineBench = await boot(defineStateMachine('m', machine, { transactional: ['goOn'] }));
      await bench.machines.create('m', { id: 'm' });

      await expect(bench.machines.send('m', 'GO')).rejects.toMatchObject({
        code: 'WORKFLOW_TRANSACTION',
        message: expect.stringMatching(/"goOn".*"m".*manager/) as unknown,
      });
      expect(await bench.machines.snapshot('m')).toMatchObject({ value: 'a', version: 1 });
      manager = (given) => given;
      await bench.machines.send('m', 'GO');

      expect(await bench.machines.send('m', 'GO')).toMatchObject({ value: 'a', version: 4 });
    });

    it('have the values that JSON brings back, from the first transition on', async () => {
      const seen: unknown[] = [];
      class Money {
        constructor(readonly amount: number) {}
      }
      const machine = setup({
        types: typesOf<{ context: { at: unknown; money: unknown; none?: undefined }; output: unknown }>(),
        guards: {
          isSeen: ({ context }) => seen.push([context.at, 'none' in context, context.money instanceof Money]) > 0,
        },
      }).createMachine({
        id: 'm',
        context: () => ({ at: new Date(0), money: new Money(1), none: undefined }),
        initial: 'on',
        states: {
          on: { on: { ASK: { guard: 'isSeen', actions: assign({ at: () => new Date(1) }) }, OFF: 'off' } },
          off: { type: 'final' },
        },
        output: () => ({ at: new Date(2) }),
      });
      const first = await boot(defineStateMachine('m', machine));
      const second = await boot(defineStateMachine('m', machine));
      await first.machines.create('m', { id: 'm' });
      const asked = await first.machines.send('m', 'ASK');
      await first.machines.send('m', 'ASK');
      await second.machines.send('m', 'ASK');

      expect(asked.context).toEqual({ at: '1970-01-01T00:00:00.001Z', money: { amount: 1 } });
      const times = ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.001Z', '1970-01-01T00:00:00.001Z'];
      expect(seen).toEqual(times.map((at) => [at, false, false]));
      expect(await second.machines.send('m', 'OFF')).toMatchObject({ output: { at: '1970-01-01T00:00:00.002Z' } });
    });

    it('of an older version are migrated, go on by their own version, or are refused', async () => {
      const build = (states: Record<string, object>, initial: string) =>
        setup({}).createMachine({ id: 'm', initial, states });
      const one = defineStateMachine('m', build({ a: { on: { GO: 'b' } }, b: {} }, 'a'));
      const renamed = build({ start: { on: { GO: 'end' } }, end: {} }, 'start');
      const migrating = defineStateMachine('m', renamed, {
        version: 2,
        migrate: (snapshot, from) => ({ ...snapshot, value: from === 1 && snapshot.value === 'a' ? 'start' : 'end' }),
      });
      const first = await boot(one);
      for (const id of ['x', 'y', 'z']) await first.machines.create('m', { id });
      const both = await boot(one, defineStateMachine('m', renamed, { version: 2 }));
      const mover = await boot(migrating);
      const stranger = await boot(defineStateMachine('m', renamed, { version: 2 }));

      expect(await both.machines.send('x', 'GO')).toMatchObject({ value: 'b', definitionVersion: 1 });
      expect(await mover.machines.send('y', 'GO')).toMatchObject({ value: 'end', definitionVersion: 2 });
      await expect(stranger.machines.send('z', 'GO')).rejects.toMatchObject({
        name: 'WorkflowVersionMismatchError',
        expectedVersion: 1,
        actualVersion: 2,
      });
      expect((await stranger.machines.snapshot('y')).value).toBe('end');
    });

    it('are taken over by a version that is registered while they are moved', async () => {
      const build = (state: string) =>
        setup({}).createMachine({
          initial: state,
          states: { [state]: { on: { GO: `${state}2` } }, [`${state}2`]: {} },
        });
      const { machines } = await boot();
      machines.register('m', build('a'));
      await machines.create('m', { id: 'x' });
      machines.register('m', build('b'), { version: 2, migrate: (stored) => ({ ...stored, value: 'b' }) });

      expect(await machines.send('x', 'GO')).toMatchObject({ value: 'b2', definitionVersion: 2 });
    });

    it('that do not fit what was stored are refused by name, whatever a migration answered', async () => {
      const build = (state: string) => setup({}).createMachine({ id: 'm', initial: state, states: { [state]: {} } });
      const first = await boot(defineStateMachine('m', build('a')));
      await first.machines.create('m', { id: 'x' });
      const migrating = (migrate: unknown) =>
        defineStateMachine('m', build('b'), { version: 2, migrate: migrate as (stored: MigratedSnapshot) => never });
      const astray = migrating((stored: MigratedSnapshot) => ({ ...stored, value: 'c' }));

      for (const later of [migrating(() => undefined), migrating(async (stored: MigratedSnapshot) => stored)]) {
        await expect((await boot(later)).machines.snapshot('x')).rejects.toMatchObject({
          code: 'WORKFLOW_STATE_MACHINE',
          message: expect.stringMatching(
            /^migrate of version 2 of the state machine "m" answered .* for "x"/,
          ) as unknown,
        });
      }
      for (const other of [await boot(astray), await boot(defineStateMachine('m', build('b')))]) {
        await expect(other.machines.snapshot('x')).rejects.toMatchObject({
          code: 'WORKFLOW_STATE_MACHINE',
          message: expect.stringMatching(/"x" was stored by version 1 of "m".*migrate/),
        });
      }
    });

    it('that began on a row are gone through again from there', async () => {
      const { machines } = await boot(order());
      await machines.attach('order', 'o-1', { state: 'paid', context: { paid: 12 } });
      await machines.send('o-1', 'SHIP');

      expect(await machines.replay<typeof orderMachine>('o-1')).toMatchObject({
        value: 'shipped',
        context: { paid: 12 },
      });
      expect((await machines.history('o-1')).items[0]?.trigger).toBe('$attached');
    });

    it('that have ended can go, and begin anew under the same id, with what they invoke', async () => {
      const inner = setup({}).createMachine({
        initial: 'a',
        states: { a: { after: { 1_000: 'b' } }, b: { type: 'final' } },
        output: 'fine',
      });
      const outer = setup({ actors: { inner }, actions: { note: () => void ran.push('note') } }).createMachine({
        initial: 'waiting',
        states: {
          waiting: { invoke: { id: 'kid', src: 'inner', onDone: 'rung' } },
          rung: { entry: 'note', after: { [HOUR]: 'over' } },
          over: { type: 'final' },
        },
      });
      const definitions = [defineStateMachine('inner', inner), defineStateMachine('outer', outer)];
      const bench = await boot(...definitions);
      const live = async (): Promise<void> => {
        await bench.machines.create('outer', { id: 'o' });
        await expect(bench.machines.delete('o')).rejects.toThrow(/"o" has not ended: it is in "waiting"/);
        for (const ms of [1_000, 1_000, HOUR]) await bench.advance(ms);
        expect(await bench.machines.snapshot('o')).toMatchObject({ value: 'over', version: 3 });
      };

      await live();
      await bench.machines.delete('o');
      await expect(bench.machines.snapshot('o')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
      expect((await bench.client.list()).items).toEqual([]);
      await live();
      await bench.advance(HOUR);
      await bench.client.purge({ olderThan: '30m' });
      await expect(bench.machines.delete('o')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
      await live();

      expect(ran).toEqual(['note', 'note', 'note']);
    });

    it('do an action under one key however often it is tried, and under another for each transition', async () => {
      const keys: unknown[] = [];
      const bell = setup({
        actions: {
          ring: (args: object) => {
            keys.push((args as { idempotencyKey?: string }).idempotencyKey);
            if (keys.length === 1) throw new Error('not yet');
          },
        },
      }).createMachine({ initial: 'still', states: { still: { on: { RING: { actions: 'ring' } } } } });
      const bench = await boot(defineStateMachine('bell', bell));
      await bench.machines.create('bell', { id: 'b' });
      for (let times = 0; times < 2; times += 1) {
        await bench.machines.send('b', 'RING');
        await bench.advance(1_000);
      }

      expect(keys).toEqual([expect.any(String), keys[0], expect.any(String)]);
      expect(keys[2]).not.toBe(keys[0]);
    });

    it('of the same id are told apart by a process that saw the earlier one', async () => {
      const first = await boot(order());
      const second = await boot(order());
      await first.machines.create('order', { id: 'o-1', input: { paid: 3 } });
      await second.machines.send('o-1', 'CANCEL');
      while ((await second.client.getStatus('o-1/transition#1')).status !== 'completed') {
        for (const bench of benches) await bench.drain();
      }
      await second.machines.delete('o-1');
      await second.machines.create('order', { id: 'o-1', input: { paid: 5 } });

      const moved = await first.machines.send<typeof orderMachine>('o-1', 'PAY', {
        payload: { amount: 10 },
        expectedVersion: 1,
      });

      expect(moved).toMatchObject({ context: { paid: 15 }, version: 2 });
    });

    it.each(['nobody', 'o\u0000'])('with an id that none has, or none can have, are not found: %j', async (id) => {
      const { machines } = await boot(order());

      const attempts = [machines.send(id, 'SHIP'), machines.snapshot(id), machines.history(id), machines.delete(id)];
      for (const error of await Promise.all(attempts.map((attempt) => rejection(attempt)))) {
        expect(error).toMatchObject({ code: 'WORKFLOW_NOT_FOUND', workflowId: id });
        expect(error?.message).toMatch(/^There is no state machine with the id "/);
      }
    });

    it('are waited for, and watched, also while another process moves them', async () => {
      const first = await boot(order());
      const second = await boot(order());
      await first.machines.create('order', { id: 'o-1' });
      const seen: string[] = [];
      const completed = new Promise<void>((resolve) => {
        first.machines.subscribe('o-1').subscribe({
          next: ({ value }) => seen.push(String(value)),
          complete: resolve,
        });
      });
      const paid = first.machines.waitFor('o-1', ({ value }) => value === 'paid', { timeout: '1h' });
      await second.machines.send('o-1', 'PAY', { payload: { amount: 10 } });
      await passUntil(clock, paid);
      await second.machines.send('o-1', 'SHIP');
      await passUntil(clock, completed);

      expect((await paid).version).toBe(2);
      expect(seen).toEqual(['open', 'paid', 'shipped']);
      await first.machines.create('order', { id: 'o-2' });
      const late = first.machines.waitFor('o-2', () => false, { timeout: '5s' });
      await Promise.all([
        expect(late).rejects.toMatchObject({ code: 'WORKFLOW_RESULT_TIMEOUT' }),
        passUntil(
          clock,
          late.catch(() => undefined),
        ),
      ]);
    });

    it('tell of each transition, and of what they emit, after its commit', async () => {
      const machine = setup({ types: typesOf<{ emitted: { type: 'rang'; times: number } }>() }).createMachine({
        id: 'bell',
        initial: 'still',
        states: { still: { on: { RING: { actions: emit({ type: 'rang', times: 3 }) } } } },
      });
      const bench = await boot(defineStateMachine('bell', machine));
      await bench.machines.create('bell', { id: 'b' });
      const emitted: unknown[] = [];
      bench.machines.emitted('b').subscribe((event) => emitted.push(event));
      await bench.machines.send('b', 'RING');

      expect(emitted).toEqual([{ type: 'rang', times: 3 }]);
      expect(bench.events.filter(({ type }) => type === 'state_transitioned')).toMatchObject([
        { workflowId: 'b', detail: { transition: { version: 1, to: 'still', trigger: '$created' } } },
        { workflowId: 'b', detail: { transition: { version: 2, from: 'still', to: 'still', trigger: 'RING' } } },
      ]);
    });

    it('moved by many at once make dense versions, each accepted once', async () => {
      const machine = setup({ types: typesOf<{ context: { n: number } }>() }).createMachine({
        id: 'counter',
        context: { n: 0 },
        on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
      });
      const first = await boot(defineStateMachine('counter', machine));
      const second = await boot(defineStateMachine('counter', machine));
      await first.machines.create('counter', { id: 'c' });

      const sent = Array.from({ length: 40 }, (_, i) =>
        (i % 2 === 0 ? first : second).machines.send('c', 'ADD', { metadata: i }),
      );
      await Promise.all(sent);

      const { items } = await first.machines.history('c', { limit: 100 });
      expect(items.map(({ version }) => version)).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
      expect(new Set(items.slice(1).map(({ metadata }) => metadata)).size).toBe(40);
      expect((await second.machines.snapshot<typeof machine>('c')).context).toEqual({ n: 40 });
    });
  });
}

/** What `setup` infers from. */
function typesOf<T>(): T {
  return {} as T;
}

/** Lets time pass until something has happened that needs some. */
async function passUntil(clock: VirtualClock, happened: Promise<unknown>): Promise<void> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  happened.then(end, end);
  while (!isOver) await clock.advance(250);
}
