import { assign, setup } from 'xstate';
import type { StateMachineService } from '../../lib/index.js';
import {
  defineStateMachine,
  workflowActor,
  type EventOf,
  type MachineInputOf,
  type StateMachineHandle,
} from '../../lib/state-machine/index.js';
import { type Equal, expectType } from './expect-type.js';

declare const machines: StateMachineService;

const machine = setup({
  types: {
    context: {} as { total: number },
    events: {} as { type: 'ADD'; by: number } | { type: 'STOP' },
    input: {} as { from: number },
    output: {} as { total: number },
  },
}).createMachine({
  context: ({ input }) => ({ total: input.from }),
  initial: 'on',
  states: {
    on: { on: { ADD: { actions: assign({ total: ({ context, event }) => context.total + event.by }) }, STOP: 'off' } },
    off: { type: 'final' },
  },
  output: ({ context }) => context,
});
type Machine = typeof machine;

// Events and input of a machine are those it was set up with.
expectType<Equal<EventOf<Machine>, { type: 'ADD'; by: number } | { type: 'STOP' }>>();
expectType<Equal<MachineInputOf<Machine>, { from: number }>>();

// From the machine to its handle, and from the event to the snapshot.
const handle: StateMachineHandle<Machine> = await machines.create(machine, { id: 'm', input: { from: 1 } });
const _snapshot = await handle.send({ type: 'ADD', by: 2 });
expectType<Equal<typeof _snapshot.context, { total: number }>>();
expectType<Equal<typeof _snapshot.value, 'on' | 'off'>>();
await handle.waitFor(({ context, value }) => context.total > 3 && value === 'off');
handle.subscribe().subscribe(({ context: _context }) => expectType<Equal<typeof _context, { total: number }>>());

// A definition stands for its machine.
const definition = defineStateMachine('sums', machine, {
  version: 2,
  migrate: (stored) => ({ ...stored, value: 'on' }),
});
await (await machines.create(definition, { input: { from: 1 } })).send({ type: 'STOP' });
const _named = await machines.snapshot<Machine>('m');
expectType<Equal<typeof _named.context, { total: number }>>();
const actor = await machines.actor(machine, { from: 1 });
actor.send({ type: 'ADD', by: 1 });
expectType<Equal<ReturnType<typeof actor.getSnapshot>['context'], { total: number }>>();

// The output is the machine's, wherever it runs.
const _executed = await machines.execute(machine, { from: 1 });
expectType<Equal<typeof _executed, { total: number }>>();
const _result = await (await machines.start(definition, { from: 1 })).result();
expectType<Equal<typeof _result, { total: number }>>();
const _unknown = await machines.execute('sums', { from: 1 });
expectType<Equal<typeof _unknown, unknown>>();

// @ts-expect-error It has no such event.
await handle.send({ type: 'REMOVE' });
// @ts-expect-error The event carries a number.
await handle.send({ type: 'ADD', by: 'two' });
// @ts-expect-error The input is another one.
await machines.create(machine, { input: { from: 'one' } });
// @ts-expect-error Actors take its events only.
actor.send({ type: 'REMOVE' });

// An input of which something must be given is not left out.
// @ts-expect-error Neither with options,
await machines.create(machine, {});
// @ts-expect-error nor without them,
await machines.create(definition);
// @ts-expect-error nor where the machine is also waited for,
await machines.start(machine);
// @ts-expect-error nor where it runs in memory,
await machines.execute(machine);
// @ts-expect-error nor for an actor.
await machines.actor(machine);

// One that may be empty, or that there is not, may be left out; a name knows nothing.
declare const types: { readonly input: { readonly from?: number } | undefined };
const lenient = setup({ types }).createMachine({});
const plain = setup({}).createMachine({});
await machines.create(lenient, { id: 'lenient' });
await machines.create(plain);
await machines.start(lenient, { from: 1 }, { id: 'lenient' });
await machines.execute(plain, undefined, { signal: new AbortController().signal });
await machines.create('sums', {});
// @ts-expect-error It has no such option.
await machines.create(plain, { ident: 'plain' });

// A workflow as an actor has its input and output.
declare const reference: { name: string; version: number; run(ctx: never, input: { n: number }): Promise<string> };
const actors = setup({ actors: { other: workflowActor(reference) } });
actors.createMachine({
  invoke: {
    src: 'other',
    input: { n: 1 },
    onDone: { actions: ({ event: _event }) => expectType<Equal<typeof _event.output, string>>() },
  },
});
// @ts-expect-error The workflow takes a number.
actors.createMachine({ invoke: { src: 'other', input: { n: 'one' } } });
