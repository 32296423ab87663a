import { ClientBench, defineWorkflow } from '../../test/utils/client-bench.js';
import type { TransactionManager } from '../core/definition/index.js';
import type { LocalDispatcher } from '../core/dispatch/index.js';
import {
  isWorkflowIdConflictError,
  isWorkflowStartLockedError,
  isWorkflowTransactionError,
} from '../core/errors/index.js';
import type { InstanceRecord } from '../core/records/index.js';
import type { LeaseGrant, StoreHint } from '../core/store/index.js';
import type { Cancellable } from '../core/time/index.js';

interface Order {
  readonly total: number;
}

const orders = defineWorkflow<Order, string>({ name: 'orders', version: 2 });

/** A worker with one free place. */
class OnePlace implements LocalDispatcher {
  readonly asked: string[] = [];
  readonly adopted: InstanceRecord[] = [];
  declined = 0;

  reserve(definitionKey: string): LeaseGrant | undefined {
    this.asked.push(definitionKey);
    return { workerId: 'here', buildId: 'build', leaseMs: 10_000 };
  }
  adopt(record: InstanceRecord): void {
    this.adopted.push(record);
  }
  decline(): void {
    this.declined += 1;
  }
  executes(): boolean {
    return false;
  }
  onEnded(): Cancellable {
    return { cancel: () => undefined };
  }
}

const caught = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('A handle', () => {
  it('has a JSON form, without the client that made it', async () => {
    const bench = new ClientBench({ definitions: [defineWorkflow({ name: 'orders' })] });

    const handle = await bench.client.start('orders', {}, { id: 'o' });

    expect(JSON.parse(JSON.stringify({ handle }))).toEqual({
      handle: { id: 'o', name: 'orders', version: 1, created: true },
    });
  });
});

describe('Starting an instance', () => {
  it('creates it with the newest version, the definition’s defaults and a new id', async () => {
    const older = defineWorkflow<Order, string>({ name: 'orders', version: 1 });
    const newest = defineWorkflow<Order, string>({
      name: 'orders',
      version: 2,
      priority: 7,
      timeoutMs: 60_000,
      attributes: ({ total }) => ({ total, kind: 'order' }),
    });
    const { client, store } = new ClientBench({ definitions: [newest, older] });

    const handle = await client.start(
      'orders',
      { total: 5 },
      { attributes: { kind: 'test' }, headers: { tenant: 'acme' } },
    );

    expect(handle).toMatchObject({ workflow: 'orders', version: 2, created: true });
    expect(handle.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    expect(await store.find(handle.id)).toMatchObject({
      status: 'pending',
      input: '{"total":5}',
      priority: 7,
      attributes: { total: 5, kind: 'test' },
      headers: { tenant: 'acme' },
      deadlineAt: Date.parse('2026-01-01T00:01:00Z'),
    });
  });

  it('takes a class for the workflow that it was declared as', async () => {
    class Shipping {
      run(): void {}
    }
    const { client } = new ClientBench({ definitions: [defineWorkflow({ name: 'shipping', target: Shipping })] });

    expect(await client.start(Shipping)).toMatchObject({ workflow: 'shipping', version: 1 });
  });

  it('runs it not before its delay has passed', async () => {
    const { client, store } = new ClientBench({ definitions: [orders] });

    await client.start(orders, { total: 1 }, { id: 'later', startDelay: '1h' });

    expect(await store.find('later')).toMatchObject({ dueAt: Date.parse('2026-01-01T01:00:00Z') });
  });

  it('raises and publishes the first event of its life', async () => {
    const { client, published } = new ClientBench({ definitions: [orders] });

    await client.start(orders, { total: 1 }, { id: 'o', headers: { trace: 't' } });

    expect(published).toEqual([
      expect.objectContaining({
        type: 'started',
        eventId: 'o:1:1',
        seq: 1,
        status: 'pending',
        headers: { trace: 't' },
      }),
    ]);
  });

  it('leaves its first event to the relay where there is an outbox', async () => {
    const { client, published, store } = new ClientBench({ definitions: [orders], outbox: true });

    await client.start(orders, { total: 1 }, { id: 'o' });

    expect(published).toEqual([]);
    expect(await store.takeOutbox({ workerId: 'w', limit: 10, leaseMs: 1_000 })).toMatchObject([{ eventId: 'o:1:1' }]);
  });

  it('hints that something is due', async () => {
    const { client, store, clock } = new ClientBench({ definitions: [orders] });
    const hints: StoreHint[] = [];
    store.onHint((hint) => hints.push(hint));

    await client.start(orders, { total: 1 });
    await clock.advance(0);

    expect(hints).toContainEqual({ kind: 'due' });
  });
});

describe('Starting the same id again', () => {
  it('answers the existing instance for the same input, whatever the order of its keys', async () => {
    const { client } = new ClientBench({ definitions: [orders] });
    await client.start('orders', { total: 1, note: 'x' }, { id: 'o' });

    const again = await client.start('orders', { note: 'x', total: 1 }, { id: 'o' });

    expect(again).toMatchObject({ id: 'o', created: false });
  });

  it('answers the existing instance although a newer version was registered since, and after its end', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, { total: 1 }, { id: 'o' });
    await bench.complete('o', 'done');
    bench.services.registry.register(defineWorkflow({ name: 'orders', version: 3 }));

    expect(await bench.client.start('orders', { total: 1 }, { id: 'o' })).toMatchObject({ version: 2, created: false });
  });

  it('is a conflict with another input', async () => {
    const { client } = new ClientBench({ definitions: [orders] });
    await client.start(orders, { total: 1 }, { id: 'o' });

    const error = await caught(client.start(orders, { total: 2 }, { id: 'o' }));

    expect(isWorkflowIdConflictError(error)).toBe(true);
    expect(error).toMatchObject({ httpStatus: 409, reason: 'its instance of "orders" was started with another input' });
  });

  it('is a conflict with another workflow', async () => {
    const { client } = new ClientBench({ definitions: [orders, defineWorkflow({ name: 'refunds' })] });
    await client.start(orders, { total: 1 }, { id: 'o' });

    const error = await caught(client.start('refunds', { total: 1 }, { id: 'o' }));

    expect(error).toMatchObject({ reason: 'it belongs to an instance of "orders", not of "refunds"' });
  });

  it('answers an instance that went on in a next generation with another input', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, { total: 1 }, { id: 'o' });
    await bench.write(await bench.claim('o'), {
      transition: { kind: 'continue', input: '{}', inputHash: 'other', seed: 's' },
    });

    expect(await bench.client.start(orders, { total: 1 }, { id: 'o' })).toMatchObject({ created: false });
  });

  it('creates one instance when many ask at the same time', async () => {
    const { client, published } = new ClientBench({ definitions: [orders] });

    const handles = await Promise.all(
      Array.from({ length: 50 }, () => client.start(orders, { total: 1 }, { id: 'o' })),
    );

    expect(handles.filter(({ created }) => created)).toHaveLength(1);
    expect(published).toHaveLength(1);
  });
});

describe('Where this process has a worker with a free place', () => {
  it('the instance is created leased to it and handed over', async () => {
    const dispatcher = new OnePlace();
    const { client, store } = new ClientBench({ definitions: [orders], dispatcher });

    await client.start(orders, { total: 1 }, { id: 'o' });

    expect(dispatcher.asked).toEqual(['orders@2']);
    expect(dispatcher.adopted).toMatchObject([{ id: 'o', status: 'running', fence: 1 }]);
    expect(dispatcher.declined).toBe(0);
    expect(await store.find('o')).toMatchObject({ status: 'running', workerId: 'here' });
  });

  it('the place is given back when the instance exists already', async () => {
    const dispatcher = new OnePlace();
    const { client } = new ClientBench({ definitions: [orders], dispatcher });

    await client.start(orders, { total: 1 }, { id: 'o' });
    await client.start(orders, { total: 1 }, { id: 'o' });

    expect(dispatcher.adopted).toHaveLength(1);
    expect(dispatcher.declined).toBe(1);
  });

  it('the place is given back when the start is refused', async () => {
    const dispatcher = new OnePlace();
    const { client } = new ClientBench({ definitions: [orders], dispatcher });
    await client.start(orders, { total: 1 }, { id: 'o' });

    await caught(client.start(orders, { total: 2 }, { id: 'o' }));

    expect(dispatcher.declined).toBe(1);
  });

  it.each([
    ['has a limit', { name: 'limited', concurrency: { limit: 1 } }, {}],
    ['begins later', { name: 'limited' }, { startDelay: '1s' }],
  ])('it is not asked when the instance %s', async (_what, facts, options) => {
    const dispatcher = new OnePlace();
    const definition = defineWorkflow(facts);
    const { client } = new ClientBench({ definitions: [definition], dispatcher });

    await client.start(definition, {}, options);

    expect(dispatcher.asked).toEqual([]);
  });
});

describe('A start inside a caller’s transaction', () => {
  it('exists, and is told of, once the transaction has committed', async () => {
    const { client, store, published } = new ClientBench({ definitions: [orders] });

    await store.transaction(async ({ handle }) => {
      await client.start(orders, { total: 1 }, { id: 'o', transaction: handle as TransactionManager });

      expect(await store.find('o')).toBeUndefined();
      expect(published).toEqual([]);
    });

    expect(await store.find('o')).toMatchObject({ status: 'pending' });
    expect(published).toMatchObject([{ type: 'started', eventId: 'o:1:1' }]);
  });

  it('never was when the transaction rolls back', async () => {
    const { client, store, published } = new ClientBench({ definitions: [orders] });

    await caught(
      store.transaction(async ({ handle }) => {
        await client.start(orders, { total: 1 }, { id: 'o', transaction: handle as TransactionManager });
        throw new Error('No.');
      }),
    );

    expect(await store.find('o')).toBeUndefined();
    expect(published).toEqual([]);
  });

  it('is refused when what is given is no transaction', async () => {
    const { client } = new ClientBench({ definitions: [orders] });

    expect(isWorkflowTransactionError(await caught(client.start(orders, { total: 1 }, { transaction: {} })))).toBe(
      true,
    );
  });

  it('makes another start of the same id wait, and give up with a reason when it stays open', async () => {
    const { client, store, clock } = new ClientBench({ definitions: [orders] });
    let error: unknown;

    await store.transaction(async ({ handle }) => {
      await client.start(orders, { total: 1 }, { id: 'o', transaction: handle as TransactionManager });
      const second = caught(client.start(orders, { total: 1 }, { id: 'o' }));
      await clock.advance('5s');
      error = await second;
    });

    expect(isWorkflowStartLockedError(error)).toBe(true);
    expect(error).toMatchObject({ workflowId: 'o', lockTimeoutMs: 5_000 });
  });
});
