import { ClientBench, defineWorkflow } from '../../test/utils/client-bench.js';
import type { TransactionManager } from '../core/definition/index.js';
import { isWorkflowTransactionError } from '../core/errors/index.js';
import { runInStepScope, type StepScope } from '../core/execution/step-scope.js';
import type { WorkflowClient } from './workflow-client.js';

const orders = defineWorkflow({ name: 'orders' });
const refunds = defineWorkflow({ name: 'refunds' });

/** Runs a body as one attempt of a step, or of a transactional step. */
function attempt<T>(body: () => Promise<T>, kind: 'step' | 'transaction' = 'step'): Promise<T> {
  let derivedIds = 0;
  const scope: StepScope = {
    kind,
    workflowId: 'parent',
    generation: 1,
    step: 'ship',
    idempotencyKey: 'parent/1/ship',
    nextDerivedId: () => `parent/1/ship:${(derivedIds += 1)}`,
  };
  return runInStepScope(scope, body);
}

describe('Inside a step', () => {
  it('a retry starts nothing twice, also when its input has changed', async () => {
    const { client, store } = new ClientBench({ definitions: [orders] });
    const body = (input: unknown) => () => client.start(orders, input);

    const first = await attempt(body({ at: 1 }));
    const second = await attempt(body({ at: 2 }));

    expect(second).toMatchObject({ id: first.id, created: false });
    expect(await store.list({ limit: 10 })).toMatchObject([{ input: '{"at":1}' }]);
  });

  it('each start and each signal of an attempt has an id of its own, in the order of the calls', async () => {
    const { client } = new ClientBench({ definitions: [orders, refunds] });
    const body = async () => {
      const [order, refund, signal] = await Promise.all([
        client.start(orders, {}),
        client.start(refunds, {}),
        client.signal('packed'),
      ]);
      return [order.id, refund.id, signal.signalId];
    };

    const first = await attempt(body);
    const second = await attempt(body);

    expect(new Set(first).size).toBe(3);
    expect(second).toEqual(first);
  });

  it('a retry signals nothing twice', async () => {
    const { client } = new ClientBench();

    const first = await attempt(() => client.signal('packed', 1));
    const second = await attempt(() => client.signal('packed', 2));

    expect(first.created).toBe(true);
    expect(second.created).toBe(false);
  });

  it('an id that the caller chose stands', async () => {
    const { client } = new ClientBench({ definitions: [orders] });

    expect(await attempt(() => client.start(orders, {}, { id: 'mine' }))).toMatchObject({ id: 'mine' });
  });

  it('an id that the caller chose still meets its conflicts', async () => {
    const { client } = new ClientBench({ definitions: [orders] });
    await client.start(orders, { at: 1 }, { id: 'mine' });

    await expect(attempt(() => client.start(orders, { at: 2 }, { id: 'mine' }))).rejects.toMatchObject({
      code: 'WORKFLOW_ID_CONFLICT',
    });
  });

  it('everything else may be asked as well', async () => {
    const { client } = new ClientBench({ definitions: [orders] });
    await client.start(orders, {}, { id: 'o' });

    expect(await attempt(() => client.cancel('o'))).toEqual({ accepted: true, status: 'cancelled' });
    expect(await attempt(() => client.getStatus('o'))).toMatchObject({ status: 'cancelled' });
  });
});

describe('Outside of steps', () => {
  it('each start without an id is another one', async () => {
    const { client } = new ClientBench({ definitions: [orders] });

    const [first, second] = [await client.start(orders, {}), await client.start(orders, {})];

    expect(first.id).not.toBe(second.id);
    expect(second.created).toBe(true);
  });
});

describe('Inside the callback of a transaction', () => {
  const calls: [string, (client: WorkflowClient) => unknown][] = [
    ['start', (client) => client.start(orders, {})],
    ['startAndWait', (client) => client.startAndWait(orders, {})],
    ['signal', (client) => client.signal('packed')],
    ['signalInstance', (client) => client.signalInstance('o', 'packed')],
    ['result', (client) => client.result('o')],
    ['getHandle', (client) => client.getHandle('o')],
    ['getStatus', (client) => client.getStatus('o')],
    ['getJournal', (client) => client.getJournal('o')],
    ['list', (client) => client.list()],
    ['cancel', (client) => client.cancel('o')],
    ['terminate', (client) => client.terminate('o')],
    ['retry', (client) => client.retry('o')],
    ['restart', (client) => client.restart('o')],
    ['delete', (client) => client.delete('o')],
    ['purge', (client) => client.purge({ olderThan: 0 })],
    ['stream', (client) => client.stream('o')],
  ];

  it.each(calls)('%s without its manager is refused, and does nothing', async (_name, call) => {
    const { client, store } = new ClientBench({ definitions: [orders] });
    await client.start(orders, { at: 1 }, { id: 'o' });

    const error: unknown = await attempt(async () => call(client), 'transaction').catch((reason: unknown) => reason);

    expect(isWorkflowTransactionError(error)).toBe(true);
    expect((error as Error).message).toContain('inside the transaction "ship" of the workflow "parent"');
    expect(await store.list({ limit: 10 })).toMatchObject([{ id: 'o', status: 'pending' }]);
  });

  it('says how to take part where that is possible, and to go elsewhere where it is not', async () => {
    const { client } = new ClientBench({ definitions: [orders] });

    await expect(attempt(() => client.signal('packed'), 'transaction')).rejects.toThrow('{ transaction: manager }');
    await expect(attempt(() => client.cancel('o'), 'transaction')).rejects.toThrow('before or after the transaction');
  });

  it('a start with its manager takes part, with an id that the next try repeats', async () => {
    const { client, store } = new ClientBench({ definitions: [orders] });
    const body = (handle: unknown) => () => client.start(orders, {}, { transaction: handle as TransactionManager });

    const undone = await store
      .transaction(async ({ handle }) => {
        throw Object.assign(new Error('Undone.'), { started: await attempt(body(handle), 'transaction') });
      })
      .catch((reason: { started: { id: string } }) => reason.started);
    const done = await store.transaction(({ handle }) => attempt(body(handle), 'transaction'));

    expect(done).toMatchObject({ id: undone.id, created: true });
    expect(await store.list({ limit: 10 })).toHaveLength(1);
  });
});
