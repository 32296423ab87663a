import { ClientBench, defineWorkflow, journalEntry } from '../../test/utils/client-bench.js';
import type { PurgeOptions } from './client-options.interface.js';

const orders = defineWorkflow({ name: 'orders' });

async function benchWithOrder(options: { outbox?: boolean } = {}): Promise<ClientBench> {
  const bench = new ClientBench({ definitions: [orders], ...options });
  await bench.client.start(orders, { total: 5 }, { id: 'o' });
  bench.published.length = 0;
  return bench;
}

const failedRun = [
  journalEntry({ position: 1, name: 'reserve', value: '1' }),
  journalEntry({ position: 2, name: 'charge', status: 'failed', calledAt: 1 }),
  journalEntry({
    position: 3,
    name: '$failure',
    kind: 'failure',
    status: 'failed',
    calledAt: 2,
    data: { causePosition: 2 },
  }),
];

describe('Cancelling', () => {
  it('ends an instance that never ran at once, and tells of it', async () => {
    const bench = await benchWithOrder();

    expect(await bench.client.cancel('o', 'no money')).toEqual({ accepted: true, status: 'cancelled' });
    expect(bench.published).toMatchObject([{ type: 'cancelled', eventId: 'o:1:2', detail: { reason: 'no money' } }]);
  });

  it('asks an instance that runs', async () => {
    const bench = await benchWithOrder();
    const record = await bench.claim('o');

    expect(await bench.client.cancel('o')).toEqual({ accepted: true, status: 'running' });
    expect(
      await bench.store.renew({
        workerId: 'worker',
        leaseMs: 1_000,
        leases: [{ workflowId: 'o', fence: record.fence }],
      }),
    ).toMatchObject({
      renewed: [{ workflowId: 'o', cancelRequested: true }],
    });
  });

  it('leaves an ended instance as it is', async () => {
    const bench = await benchWithOrder();
    await bench.complete('o', 1);

    expect(await bench.client.cancel('o')).toEqual({ accepted: false, status: 'completed' });
  });

  it('leaves its events to the relay where there is an outbox', async () => {
    const bench = await benchWithOrder({ outbox: true });

    await bench.client.cancel('o');

    expect(bench.published).toEqual([]);
    expect(await bench.store.takeOutbox({ workerId: 'w', limit: 10, leaseMs: 1_000 })).toMatchObject([
      { type: 'started' },
      { type: 'cancelled' },
    ]);
  });

  it.each(['cancel', 'terminate', 'retry', 'restart', 'delete'] as const)(
    'and every other request: %s of an unknown one is refused',
    async (request) => {
      const { client } = new ClientBench();

      await expect(client[request]('nobody')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    },
  );
});

describe('Terminating', () => {
  it('ends an instance that runs, shuts its worker out, and says which effects stand', async () => {
    const bench = await benchWithOrder();
    const record = await bench.claim('o');
    await bench.write(record, {
      entries: [
        journalEntry({ position: 1, name: 'reserve%231' }),
        journalEntry({ position: 2, name: '$start:charge', kind: 'start', status: 'running' }),
      ],
    });

    const receipt = await bench.client.terminate('o', 'it hangs');

    expect(receipt).toEqual({ accepted: true, status: 'cancelled', uncompensated: ['reserve#1', 'charge'] });
    await expect(bench.write(record, { transition: { kind: 'release' } })).rejects.toThrow('not applied but fenced');
  });
});

describe('Retrying', () => {
  it('removes the failure and its cause, keeps the rest, and makes the instance due again', async () => {
    const bench = await benchWithOrder();
    await bench.fail('o', new Error('No card.'), failedRun);
    bench.published.length = 0;

    expect(await bench.client.retry('o', { timeout: '1h' })).toEqual({ accepted: true, status: 'running' });

    expect((await bench.store.readJournal('o')).map(({ name }) => name)).toEqual(['reserve']);
    expect(await bench.claim('o')).toMatchObject({ head: 3, deadlineAt: Date.parse('2026-01-01T01:00:00Z') });
    expect(bench.published).toMatchObject([{ type: 'retried' }]);
  });

  it('lets a later wait for the result see the new end', async () => {
    const bench = await benchWithOrder();
    await bench.fail('o', new Error('No card.'), failedRun);
    await bench.client.retry('o');
    await bench.complete('o', 'paid');

    expect(await bench.client.result('o')).toBe('paid');
  });

  it('is refused once a step was undone, and names the way out', async () => {
    const bench = await benchWithOrder();
    const undo = journalEntry({ position: 4, name: '$compensate:reserve', kind: 'undo' });
    await bench.fail('o', new Error('No card.'), [...failedRun, undo]);

    await expect(bench.client.retry('o')).rejects.toMatchObject({
      code: 'WORKFLOW_STATE',
      status: 'failed',
      hint: expect.stringContaining('Use restart') as string,
    });
  });

  it.each([
    ['pending', async () => undefined],
    ['running', async (bench: ClientBench) => void (await bench.claim('o'))],
    ['completed', async (bench: ClientBench) => bench.complete('o', 1)],
    ['cancelled', async (bench: ClientBench) => void (await bench.client.cancel('o'))],
  ])('is refused while the instance is %s', async (status, bring) => {
    const bench = await benchWithOrder();
    await bring(bench);

    await expect(bench.client.retry('o')).rejects.toMatchObject({ code: 'WORKFLOW_STATE', status, operation: 'retry' });
  });

  it('happens once when two people ask at the same time', async () => {
    const bench = await benchWithOrder();
    await bench.fail('o', new Error('No card.'), failedRun);

    const results = await Promise.allSettled([bench.client.retry('o'), bench.client.retry('o')]);

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('Restarting', () => {
  it('begins a new generation with the same input and an empty journal', async () => {
    const bench = await benchWithOrder();
    await bench.fail('o', new Error('No card.'), failedRun);
    const before = await bench.store.find('o');

    expect(await bench.client.restart('o')).toEqual({ accepted: true, status: 'pending' });

    const after = await bench.store.find('o');
    expect(after).toMatchObject({ generation: 2, input: '{"total":5}' });
    expect(after?.seed).not.toBe(before?.seed);
    expect(await bench.store.readJournal('o')).toEqual([]);
  });

  it('is refused while the instance has not ended', async () => {
    const bench = await benchWithOrder();

    await expect(bench.client.restart('o')).rejects.toMatchObject({ code: 'WORKFLOW_STATE', operation: 'restart' });
  });
});

describe('Deleting', () => {
  it('removes an ended instance', async () => {
    const bench = await benchWithOrder();
    await bench.complete('o', 1);

    await bench.client.delete('o');

    expect(await bench.store.find('o')).toBeUndefined();
  });

  it('is refused while the instance has not ended', async () => {
    const bench = await benchWithOrder();

    await expect(bench.client.delete('o')).rejects.toMatchObject({
      code: 'WORKFLOW_STATE',
      status: 'pending',
      operation: 'delete',
    });
  });
});

describe('Purging', () => {
  async function benchWithEnded(count: number): Promise<ClientBench> {
    const bench = new ClientBench({ definitions: [orders] });
    for (let index = 0; index < count; index += 1) {
      await bench.client.start(orders, {}, { id: `o${index}` });
      await bench.complete(`o${index}`, index);
    }
    await bench.clock.advance('10d');
    return bench;
  }
  const left = async (bench: ClientBench) => (await bench.store.list({ limit: 100 })).length;

  it('deletes what ended long enough ago, in batches', async () => {
    const bench = await benchWithEnded(7);

    expect(await bench.client.purge({ olderThan: '7d', batchSize: 3 })).toEqual({ deleted: 7 });
    expect(await left(bench)).toBe(0);
  });

  it('keeps what ended since', async () => {
    const bench = await benchWithEnded(2);

    expect(await bench.client.purge({ olderThan: '11d' })).toEqual({ deleted: 0 });
  });

  it('keeps what runs, and what was not asked for', async () => {
    const bench = await benchWithEnded(2);
    await bench.client.start(orders, {}, { id: 'running' });

    expect(await bench.client.purge({ olderThan: 0, status: 'failed' })).toEqual({ deleted: 0 });
    expect(await bench.client.purge({ olderThan: '1d' })).toEqual({ deleted: 2 });
    expect(await left(bench)).toBe(1);
  });

  it('stops at its limit', async () => {
    const bench = await benchWithEnded(7);

    expect(await bench.client.purge({ olderThan: '1d', limit: 5, batchSize: 2 })).toEqual({ deleted: 5 });
    expect(await left(bench)).toBe(2);
  });

  it('keeps what could not be undone until it is asked for', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, {}, { id: 'o' });
    await bench.end('o', { kind: 'end', status: 'compensation_failed', error: '{}' });
    await bench.clock.advance('10d');

    expect(await bench.client.purge({ olderThan: '1d' })).toEqual({ deleted: 0 });
    expect(await bench.client.purge({ olderThan: '1d', status: ['compensation_failed'] })).toEqual({ deleted: 1 });
  });

  it.each([
    undefined as unknown as PurgeOptions,
    { olderThan: 'long ago' },
    { olderThan: '1d', batchSize: 0 },
    { olderThan: '1d', limit: 1.5 },
    { olderThan: '1d', limit: -1 },
    { olderThan: '1d', limit: Number.NaN },
    { olderThan: '1d', status: 'running' as 'failed' },
  ])('refuses %j', async (options) => {
    const { client } = new ClientBench();

    await expect(client.purge(options)).rejects.toMatchObject({
      code: expect.stringMatching(/^WORKFLOW_(OPTIONS|INPUT)$/) as unknown,
    });
  });
});
