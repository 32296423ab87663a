import { ClientBench, defineWorkflow, journalEntry } from '../../test/utils/client-bench.js';
import { WorkflowSignal, type StandardSchema, type TransactionManager } from '../core/definition/index.js';
import type { StoreHint } from '../core/store/index.js';

const orders = defineWorkflow({ name: 'orders' });

async function benchWithOrder(): Promise<ClientBench> {
  const bench = new ClientBench({ definitions: [orders] });
  await bench.client.start(orders, {}, { id: 'o' });
  return bench;
}

/** Lets the instance wait for a signal, as its worker would. */
async function suspendOn(bench: ClientBench, signal: string, key?: string): Promise<void> {
  const record = await bench.claim('o');
  await bench.write(record, {
    entries: [journalEntry({ position: 1, name: `$wait:${signal}`, kind: 'wait', status: 'running' })],
    waits: [{ wait: signal, condition: 'signal', signal, ...(key === undefined ? {} : { key }) }],
    transition: { kind: 'suspend', status: 'suspended' },
  });
}

async function inboxOf(bench: ClientBench) {
  const [inbox] = await bench.store.readInboxes([{ workflowId: 'o', generation: 1 }]);
  return inbox?.signals ?? [];
}

describe('A signal that is not there, as in files that import each other', () => {
  it('is refused where it is sent', async () => {
    const { client } = await benchWithOrder();
    const absent = undefined as never;

    await expect(client.signal(absent, {})).rejects.toThrow(/^The signal of signal is undefined\..*circular import/);
    await expect(client.signalInstance('o', absent, {})).rejects.toMatchObject({ code: 'WORKFLOW_DEFINITION' });
    await expect((await client.getHandle('o')).signal(absent, {})).rejects.toThrow(/circular import/);
  });

  it.each(['', undefined])('is refused with the name %p', (name) => {
    expect(() => new WorkflowSignal(name as string)).toThrow(/A WorkflowSignal has (""|undefined) for its name/);
  });
});

describe('A signal to whoever waits', () => {
  it('makes the instances due that wait for its name and key', async () => {
    const bench = await benchWithOrder();
    await suspendOn(bench, 'paid', 'order-7');

    const receipt = await bench.client.signal('paid', { amount: 5 }, { key: 'order-7' });

    expect(receipt).toEqual({ signalId: expect.any(String) as string, created: true, woken: 1 });
    expect(await inboxOf(bench)).toMatchObject([{ name: 'paid', key: 'order-7', payload: '{"amount":5}' }]);
  });

  it('wakes nobody by another key', async () => {
    const bench = await benchWithOrder();
    await suspendOn(bench, 'paid', 'order-7');

    expect(await bench.client.signal('paid', {}, { key: 'order-8' })).toMatchObject({ created: true, woken: 0 });
  });

  it('is one signal when the same id is sent twice', async () => {
    const bench = await benchWithOrder();

    const first = await bench.client.signal('paid', 1, { id: 'event-1' });
    const second = await bench.client.signal('paid', 2, { id: 'event-1' });

    expect(first).toMatchObject({ signalId: 'event-1', created: true });
    expect(second).toMatchObject({ signalId: 'event-1', created: false });
  });

  it('is another signal under another name, also with the same id', async () => {
    const bench = await benchWithOrder();

    await bench.client.signal('paid', 1, { id: 'event-1' });

    expect(await bench.client.signal('shipped', 1, { id: 'event-1' })).toMatchObject({ created: true });
  });

  it('hints that somebody is due', async () => {
    const bench = await benchWithOrder();
    await suspendOn(bench, 'paid');
    await bench.clock.advance(0);
    const hints: StoreHint[] = [];
    bench.store.onHint((hint) => hints.push(hint));

    await bench.client.signal('paid');
    await bench.clock.advance(0);

    expect(hints).toContainEqual({ kind: 'due' });
  });
});

describe('A signal to one instance', () => {
  it('is kept in its mailbox until it waits for it', async () => {
    const bench = await benchWithOrder();

    await bench.client.signalInstance('o', 'approved', { by: 'ann' });
    await suspendOn(bench, 'approved');

    expect(await inboxOf(bench)).toMatchObject([{ workflowId: 'o', name: 'approved', payload: '{"by":"ann"}' }]);
  });

  it('can be sent by its handle', async () => {
    const bench = await benchWithOrder();
    await suspendOn(bench, 'approved');
    const handle = await bench.client.getHandle('o');

    expect(await handle.signal('approved', { by: 'ann' })).toMatchObject({ created: true, woken: 1 });
  });

  it('is refused when nobody has the id', async () => {
    const { client } = new ClientBench();

    await expect(client.signalInstance('nobody', 'approved')).rejects.toMatchObject({
      code: 'WORKFLOW_NOT_FOUND',
      workflowId: 'nobody',
    });
  });

  it('is refused when the instance has ended', async () => {
    const bench = await benchWithOrder();
    await bench.complete('o', 1);

    await expect(bench.client.signalInstance('o', 'approved')).rejects.toMatchObject({
      code: 'WORKFLOW_STATE',
      status: 'completed',
      operation: 'signal',
    });
  });
});

describe('A signal', () => {
  const approved = new WorkflowSignal('approved', { schema: byName() });

  it('may not have a name of the engine', async () => {
    const bench = await benchWithOrder();

    await expect(bench.client.signalInstance('o', '$child', {})).rejects.toMatchObject({ code: 'WORKFLOW_INPUT' });
  });

  it('has the payload that its schema gives back', async () => {
    const bench = await benchWithOrder();
    await suspendOn(bench, 'approved');

    await bench.client.signal(approved, { by: ' ann ' });

    expect(await inboxOf(bench)).toMatchObject([{ payload: '{"by":"ann"}' }]);
  });

  it('is refused when its payload does not fit the schema', async () => {
    const bench = await benchWithOrder();

    await expect(bench.client.signal(approved, { by: '' })).rejects.toMatchObject({
      code: 'WORKFLOW_INPUT',
      place: 'The payload of signal "approved"',
    });
  });

  it('is refused when its payload is larger than the limit, with the figures', async () => {
    const bench = await benchWithOrder();

    await expect(bench.client.signal('paid', 'x'.repeat(1_100_000))).rejects.toMatchObject({
      code: 'WORKFLOW_PAYLOAD_LIMIT',
      limitBytes: 1_048_576,
    });
  });

  it('commits or rolls back with the caller’s transaction', async () => {
    const bench = await benchWithOrder();
    await suspendOn(bench, 'paid');
    const send = (handle: unknown) => bench.client.signal('paid', 1, { transaction: handle as TransactionManager });

    await bench.store
      .transaction(async ({ handle }) => {
        await send(handle);
        throw new Error('No.');
      })
      .catch(() => undefined);
    expect(await inboxOf(bench)).toEqual([]);

    const receipt = await bench.store.transaction(({ handle }) => send(handle));
    await bench.clock.advance(0);

    expect(receipt).toMatchObject({ created: true, woken: 0 });
    expect(await inboxOf(bench)).toMatchObject([{ name: 'paid' }]);
  });
});

function byName(): StandardSchema<unknown, { by: string }> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const by = (value as { by: string }).by.trim();
        return by === '' ? { issues: [{ message: 'must not be empty', path: ['by'] }] } : { value: { by } };
      },
    },
  };
}
