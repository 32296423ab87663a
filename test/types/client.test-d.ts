import {
  WorkflowSignal,
  type ChildHandle,
  type WorkflowContext,
  type WorkflowDefinition,
} from '../../lib/core/definition/index.js';
import type { SignalReceipt, WorkflowClient, WorkflowHandle } from '../../lib/client/index.js';
import { type Equal, expectType } from './expect-type.js';

interface Order {
  readonly id: string;
  readonly kind: 'gift' | 'usual';
}

class OrderWorkflow {
  async run(_ctx: WorkflowContext, order: Order): Promise<{ paidAt: Date; id: string }> {
    return { paidAt: new Date(0), id: order.id };
  }
}

class NightlyWorkflow {
  run(): string {
    return 'done';
  }
}

class NoteWorkflow {
  run(_ctx: WorkflowContext, note?: string): number {
    return note?.length ?? 0;
  }
}

declare const client: WorkflowClient;
declare const definition: WorkflowDefinition<Order, number>;
const approved = new WorkflowSignal<{ readonly by: string }>('approved');
const ping = new WorkflowSignal<void>('ping');

// Input and output come from the class, what JSON changes included; nobody casts.
const _order = client.start(OrderWorkflow, { id: 'o', kind: 'gift' }, { id: 'o', timeout: '1h' });
expectType<Equal<Awaited<typeof _order>, WorkflowHandle<{ paidAt: Date; id: string }>>>();
const _outcome = client.startAndWait(OrderWorkflow, { id: 'o', kind: 'gift' }, {}, { timeout: '5s' });
expectType<Equal<Awaited<typeof _outcome>, { paidAt: string; id: string }>>();
declare const handle: Awaited<typeof _order>;
const _result = handle.result();
expectType<Equal<Awaited<typeof _result>, { paidAt: string; id: string }>>();

// The same for a definition; a name alone knows nothing.
const _defined = client.start(definition, { id: 'o', kind: 'usual' });
expectType<Equal<Awaited<typeof _defined>, WorkflowHandle<number>>>();
const _named = client.start('orders', { anything: true }, { version: 2 });
expectType<Equal<Awaited<typeof _named>, WorkflowHandle<unknown>>>();
const _found = client.getHandle('o', OrderWorkflow);
expectType<Equal<Awaited<typeof _found>, WorkflowHandle<{ paidAt: Date; id: string }>>>();
const _unknown = client.getHandle('o');
expectType<Equal<Awaited<typeof _unknown>, WorkflowHandle<unknown>>>();

// A workflow without an input needs none; an optional one may be left out.
void client.start(NightlyWorkflow);
void client.start(NightlyWorkflow, undefined, { id: 'nightly' });
void client.start(NoteWorkflow);
void client.start(NoteWorkflow, 'note');
void client.startAndWait(NightlyWorkflow);
void client.start('orders');

// @ts-expect-error The input lacks a property.
void client.start(OrderWorkflow, { id: 'o' });
// @ts-expect-error The input has a value of another type.
void client.start(OrderWorkflow, { id: 'o', kind: 'other' });
// @ts-expect-error The input is missing.
void client.start(OrderWorkflow);
// @ts-expect-error A definition's input is checked as well.
void client.start(definition, { id: 7, kind: 'gift' });
// @ts-expect-error A workflow without an input takes none.
void client.start(NightlyWorkflow, 'tonight');
// @ts-expect-error There is no such option.
void client.start(OrderWorkflow, { id: 'o', kind: 'gift' }, { delay: '1h' });
// @ts-expect-error Nobody can wait for what has not committed.
void client.startAndWait(OrderWorkflow, { id: 'o', kind: 'gift' }, { transaction: {} });
// @ts-expect-error An object that is no definition is no workflow.
void client.start({}, {});
// A class without `run` may carry the decorator of a model, whose input its type does not tell.
void client.start(class {}, { any: 'input' });

// A signal's payload comes from its constant.
const _receipt = client.signal(approved, { by: 'ann' }, { key: 'o' });
expectType<Equal<Awaited<typeof _receipt>, SignalReceipt>>();
void client.signalInstance('o', approved, { by: 'ann' });
void handle.signal(approved, { by: 'ann' }, { id: 'event-1' });
void client.signal(ping);
void client.signalInstance('o', ping, undefined, { id: 'event-1' });
void client.signal('anything', { goes: true });
void client.signal('nothing');

// @ts-expect-error The payload is wrong.
void client.signal(approved, { by: 7 });
// @ts-expect-error The payload is missing.
void handle.signal(approved);
// @ts-expect-error A signal without a payload takes none.
void client.signal(ping, { by: 'ann' });

// A handle of a known output is a handle: a list of any handles, or a function over them, takes it.
const _any: WorkflowHandle = handle;
const _handles: WorkflowHandle[] = [handle];
declare function watch(handle: WorkflowHandle<{ readonly id: string }>): void;
watch(handle);
// @ts-expect-error The output has no such property.
const _other: WorkflowHandle<{ readonly total: number }> = handle;
declare const child: ChildHandle<{ readonly at: Date }>;
const _child: ChildHandle = child;

// A child among conditions answers its output as JSON brings it back.
declare const ctx: WorkflowContext;
const _first = ctx.waitForAny('first', { child, late: ctx.timer('1s') });
expectType<
  Equal<
    Awaited<typeof _first>,
    { readonly key: 'child'; readonly value: { readonly at: string } } | { readonly key: 'late'; readonly value: null }
  >
>();
// @ts-expect-error A signal among conditions has no time-out of its own.
ctx.signalWait('paid', { timeout: '1s' });
