import { ClientBench, defineWorkflow } from '../../test/utils/client-bench.js';
import { isWorkflowFailedError, isWorkflowResultTimeoutError } from '../core/errors/index.js';
import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type { InstanceRecord } from '../core/records/index.js';

const orders = defineWorkflow<unknown, { readonly total: number }>({ name: 'orders' });

async function benchWithOrder(): Promise<ClientBench> {
  const bench = new ClientBench({ definitions: [orders] });
  await bench.client.start(orders, {}, { id: 'o' });
  return bench;
}

/** Where a promise stands, without waiting for it. */
function watch<T>(promise: Promise<T>): { state: 'open' | 'resolved' | 'rejected'; value?: T; error?: unknown } {
  const watched: { state: 'open' | 'resolved' | 'rejected'; value?: T; error?: unknown } = { state: 'open' };
  promise.then(
    (value) => Object.assign(watched, { state: 'resolved', value }),
    (error: unknown) => Object.assign(watched, { state: 'rejected', error }),
  );
  return watched;
}

describe('Waiting for a result', () => {
  it('answers at once when the instance has ended', async () => {
    const bench = await benchWithOrder();
    await bench.complete('o', { total: 5 });

    expect(await bench.client.result('o')).toEqual({ total: 5 });
  });

  it('answers without any time passing when this process publishes the end', async () => {
    const bench = await benchWithOrder();
    const waiting = bench.client.result('o');
    const record = await bench.claim('o');

    await bench.write(record, {
      transition: { kind: 'end', status: 'completed', output: '7' },
      events: [eventOf(record, 'completed')],
    });

    expect(await waiting).toBe(7);
  });

  it('answers without any time passing when the store hints at an end', async () => {
    const bench = await benchWithOrder();
    const other = new ClientBench({ definitions: [orders], sharedWith: bench });
    const waiting = watch(other.client.result('o'));
    await bench.clock.advance(0);

    await bench.complete('o', 7);
    await bench.clock.advance(0);

    expect(waiting).toMatchObject({ state: 'resolved', value: 7 });
  });

  it('finds an end that nobody told of by looking again, more and more seldom but at least every two seconds', async () => {
    const bench = await benchWithOrder();
    const silent = deafProcess(bench);
    const waiting = watch(silent.client.result('o'));
    await bench.clock.advance('10m');
    await bench.complete('o', 7);
    expect(waiting.state).toBe('open');

    await bench.clock.advance('2s');

    expect(waiting).toMatchObject({ state: 'resolved', value: 7 });
    expect(silent.store.looks).toBeLessThan(310);
  });

  it('goes on over generations to the output of the last one', async () => {
    const bench = await benchWithOrder();
    const waiting = watch(bench.client.result('o'));
    const record = await bench.claim('o');
    await bench.write(record, {
      transition: { kind: 'continue', input: '{}', inputHash: 'h', seed: 's' },
      events: [eventOf(record, 'continued')],
    });
    await bench.clock.advance('10s');
    expect(waiting.state).toBe('open');

    await bench.write({ ...record, generation: 2 }, { transition: { kind: 'end', status: 'completed', output: '2' } });
    await bench.clock.advance('2s');

    expect(waiting).toMatchObject({ state: 'resolved', value: 2 });
  });

  it('does not end with a quarantine, which a new build may lift', async () => {
    const bench = await benchWithOrder();
    const waiting = watch(bench.client.result('o'));
    await bench.write(await bench.claim('o'), { transition: { kind: 'quarantine', error: '{}' } });

    await bench.clock.advance('1h');

    expect(waiting.state).toBe('open');
  });

  it('rejects when there is no such instance', async () => {
    const { client } = new ClientBench();

    await expect(client.result('nobody')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND', workflowId: 'nobody' });
  });

  it('rejects when the instance is deleted meanwhile', async () => {
    const bench = await benchWithOrder();
    const silent = deafProcess(bench);
    const waiting = watch(silent.client.result('o'));
    await bench.clock.advance('1s');

    await bench.complete('o', 1);
    await bench.client.delete('o');
    await bench.clock.advance('2s');

    expect(waiting).toMatchObject({ state: 'rejected', error: { code: 'WORKFLOW_NOT_FOUND' } });
  });

  it('outlasts a store that is away for a while', async () => {
    const bench = await benchWithOrder();
    const away = deafProcess(bench);
    away.store.isAway = true;
    const waiting = watch(away.client.result('o'));
    await bench.clock.advance('5s');
    await bench.complete('o', 7);
    expect(waiting.state).toBe('open');

    away.store.isAway = false;
    await bench.clock.advance('2s');

    expect(waiting).toMatchObject({ state: 'resolved', value: 7 });
  });
});

describe('A limited wait', () => {
  it('rejects when its time is up, and says how long it was', async () => {
    const bench = await benchWithOrder();
    const waiting = watch(bench.client.result('o', { timeout: '30s' }));

    await bench.clock.advance(29_999);
    expect(waiting.state).toBe('open');
    await bench.clock.advance(1);

    expect(waiting.state).toBe('rejected');
    expect(isWorkflowResultTimeoutError(waiting.error)).toBe(true);
    expect(waiting.error).toMatchObject({ workflowId: 'o', timeoutMs: 30_000 });
  });

  it('of no length still hands out a result that is there', async () => {
    const bench = await benchWithOrder();
    await bench.complete('o', 7);
    const waiting = watch(bench.client.result('o', { timeout: 0 }));

    await bench.clock.advance(0);

    expect(waiting).toMatchObject({ state: 'resolved', value: 7 });
  });

  it('rejects with the reason of its signal', async () => {
    const bench = await benchWithOrder();
    const controller = new AbortController();
    const waiting = bench.client.result('o', { signal: controller.signal });

    controller.abort(new Error('The caller went away.'));

    await expect(waiting).rejects.toThrow('The caller went away.');
  });

  it('does not begin when its signal is aborted already', async () => {
    const bench = await benchWithOrder();

    await expect(bench.client.result('o', { signal: AbortSignal.abort(new Error('Gone.')) })).rejects.toThrow('Gone.');
  });
});

describe('However many wait', () => {
  it('one subscription of the bus serves them, and nothing is left when they have gone', async () => {
    const bench = await benchWithOrder();
    const before = bench.bus.listening;
    const controllers = Array.from({ length: 50 }, () => new AbortController());
    const aborted = controllers.map(({ signal }) => watch(bench.client.result('o', { signal })));
    const patient = controllers.map(() => watch(bench.client.result('o', { timeout: '1h' })));
    await bench.clock.advance('1s');
    expect(bench.bus.listening).toBe(before + 1);

    for (const controller of controllers) controller.abort(new Error('Gone.'));
    await bench.clock.advance(0);
    expect(bench.bus.listening).toBe(before + 1);
    await bench.complete('o', 1);
    await bench.clock.advance('2s');

    expect(aborted.every(({ state }) => state === 'rejected')).toBe(true);
    expect(patient.every(({ state }) => state === 'resolved')).toBe(true);
    expect(bench.bus.listening).toBe(before);
    expect(bench.clock.pending).toBe(0);
  });

  it('only a few look at the same time', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    const ids = Array.from({ length: 40 }, (_none, index) => `o${index}`);
    await Promise.all(ids.map((id) => bench.client.start(orders, {}, { id })));
    const silent = deafProcess(bench);
    const waits = ids.map((id) => watch(silent.client.result(id)));
    await bench.clock.advance('10s');
    for (const id of ids) await bench.complete(id, id);

    await bench.clock.advance('3s');

    expect(waits.every(({ state }) => state === 'resolved')).toBe(true);
    expect(silent.store.mostLooks).toBeLessThanOrEqual(8);
  });
});

describe('What a waiter gets from an instance that did not complete', () => {
  it('is its error, with the run’s own as cause', async () => {
    const bench = await benchWithOrder();
    await bench.fail('o', new TypeError('No card.'));

    const error: unknown = await bench.client.result('o').catch((reason: unknown) => reason);

    expect(isWorkflowFailedError(error)).toBe(true);
    expect(error).toMatchObject({
      workflowId: 'o',
      status: 'failed',
      cause: { name: 'TypeError', message: 'No card.' },
    });
  });

  it('is that it was cancelled, and why', async () => {
    const bench = await benchWithOrder();
    const handle = await bench.client.getHandle('o', orders);
    await handle.cancel('changed my mind');

    await expect(handle.result()).rejects.toMatchObject({
      code: 'WORKFLOW_CANCELLED',
      workflowId: 'o',
      reason: 'changed my mind',
    });
  });

  it('is that it was terminated, and why', async () => {
    const bench = await benchWithOrder();
    await bench.claim('o');
    await bench.client.terminate('o', 'it hangs');

    await expect(bench.client.result('o')).rejects.toMatchObject({ code: 'WORKFLOW_TERMINATED', reason: 'it hangs' });
  });
});

describe('Starting and waiting in one call', () => {
  it('answers the output', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    const waiting = bench.client.startAndWait(orders, {}, { id: 'o' }, { timeout: '1m' });
    await bench.clock.advance(0);

    await bench.complete('o', { total: 5 });

    expect(await waiting).toEqual({ total: 5 });
  });
});

function eventOf(record: InstanceRecord, type: LifecycleEvent['type']): LifecycleEvent {
  return {
    type,
    eventId: `${record.id}:${record.generation}:2`,
    seq: 2,
    workflowId: record.id,
    workflowName: record.name,
    version: record.version,
    generation: record.generation,
    at: 0,
    status: 'completed',
    headers: {},
  };
}

/** A second process on the same data that hears no hints. */
function deafProcess(bench: ClientBench): ClientBench {
  const other = new ClientBench({ definitions: [orders], sharedWith: bench });
  other.store.isDeaf = true;
  return other;
}
