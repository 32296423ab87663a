import { ClientBench, defineWorkflow } from '../../test/utils/client-bench.js';
import type { InstanceRecord } from '../core/records/index.js';
import type { StoredStreamItem } from './stream-reader.js';

const orders = defineWorkflow({ name: 'orders' });

async function runningOrder(): Promise<{ bench: ClientBench; record: InstanceRecord }> {
  const bench = new ClientBench({ definitions: [orders] });
  await bench.client.start(orders, {}, { id: 'o' });
  return { bench, record: await bench.claim('o') };
}

const emit = (bench: ClientBench, record: InstanceRecord, index: number) =>
  bench.write(record, { stream: [{ afterPosition: 0, index, kind: 'emit', payload: JSON.stringify({ index }) }] });

const end = (bench: ClientBench, record: InstanceRecord) =>
  bench.write(record, { transition: { kind: 'end', status: 'completed' } });

/** Reads in the background and shows what came so far. */
function collect(items: AsyncIterable<StoredStreamItem>) {
  const read: { payloads: unknown[]; ids: number[]; state: 'open' | 'ended' | 'failed'; error?: unknown } = {
    payloads: [],
    ids: [],
    state: 'open',
  };
  void (async () => {
    try {
      for await (const item of items) {
        read.payloads.push(item.payload);
        read.ids.push(item.id);
      }
      read.state = 'ended';
    } catch (error) {
      read.state = 'failed';
      read.error = error;
    }
  })();
  return read;
}

describe('The stream of an instance', () => {
  it('gives what was stored, then what comes, and ends with the instance', async () => {
    const { bench, record } = await runningOrder();
    await emit(bench, record, 0);
    const read = collect(bench.client.stream('o'));
    await bench.clock.advance('1s');
    expect(read).toMatchObject({ payloads: [{ index: 0 }], state: 'open' });

    await emit(bench, record, 1);
    await bench.clock.advance('1s');
    expect(read).toMatchObject({ payloads: [{ index: 0 }, { index: 1 }], state: 'open' });

    await emit(bench, record, 2);
    await end(bench, record);
    await bench.clock.advance(0);
    expect(read).toMatchObject({ payloads: [{ index: 0 }, { index: 1 }, { index: 2 }], state: 'ended' });
  });

  it('is read by a process that neither runs the instance nor hears of it', async () => {
    const { bench, record } = await runningOrder();
    const other = new ClientBench({ sharedWith: bench });
    other.store.isDeaf = true;
    const read = collect(other.client.stream('o'));
    await bench.clock.advance('10m');

    await emit(bench, record, 0);
    await end(bench, record);
    await bench.clock.advance('1s');

    expect(read).toMatchObject({ payloads: [{ index: 0 }], state: 'ended' });
  });

  it('looks sooner when this process hears of progress', async () => {
    const { bench, record } = await runningOrder();
    const read = collect(bench.client.stream('o'));
    await bench.clock.advance(1_560);

    bench.services.stream.publish({ workflowId: 'o', generation: 1, kind: 'emit', at: 0, payload: { index: 0 } });
    await emit(bench, record, 0);
    await bench.clock.advance(50);

    expect(read.payloads).toEqual([{ index: 0 }]);
  });

  it('goes on behind the item that was seen last', async () => {
    const { bench, record } = await runningOrder();
    for (let index = 0; index < 3; index += 1) await emit(bench, record, index);
    await end(bench, record);
    const first = collect(bench.client.stream('o'));
    await bench.clock.advance(0);

    const second = collect(bench.client.stream('o', { after: first.ids[0] as number }));
    await bench.clock.advance(0);

    expect(second).toMatchObject({ payloads: [{ index: 1 }, { index: 2 }], state: 'ended' });
  });

  it('gives everything of a long stream, in order', async () => {
    const { bench, record } = await runningOrder();
    const payloads = Array.from({ length: 450 }, (_none, index) => ({ index }));
    const stream = payloads.map(
      (payload, index) => ({ afterPosition: 0, index, kind: 'emit', payload: JSON.stringify(payload) }) as const,
    );
    await bench.write(record, { stream });
    await end(bench, record);

    const read = collect(bench.client.stream('o'));
    await bench.clock.advance(0);

    expect(read.payloads).toEqual(payloads);
    expect(read.state).toBe('ended');
  });

  it('fails when there is no such instance', async () => {
    const { client, clock } = new ClientBench();
    const read = collect(client.stream('nobody'));

    await clock.advance(0);

    expect(read).toMatchObject({ state: 'failed', error: { code: 'WORKFLOW_NOT_FOUND' } });
  });
});

describe('Leaving a stream', () => {
  it('by its signal ends it without an error, and leaves no timer behind', async () => {
    const { bench } = await runningOrder();
    const controller = new AbortController();
    const read = collect(bench.client.stream('o', { signal: controller.signal }));
    await bench.clock.advance('1s');

    controller.abort();
    await bench.clock.advance(0);

    expect(read.state).toBe('ended');
    expect(bench.clock.pending).toBe(0);
  });

  it('in the middle of a pause does not wait for its end', async () => {
    const { bench } = await runningOrder();
    const items = bench.client.stream('o');
    const next = items.next();
    await bench.clock.advance('1s');

    await items.return?.();

    expect(await next).toEqual({ done: true, value: undefined });
    expect(bench.clock.pending).toBe(0);
  });

  it('by breaking out of the loop leaves no timer behind', async () => {
    const { bench, record } = await runningOrder();
    await emit(bench, record, 0);

    for await (const item of bench.client.stream('o')) {
      expect(item).toMatchObject({ workflowId: 'o', generation: 1, kind: 'emit' });
      break;
    }

    expect(bench.clock.pending).toBe(0);
  });
});
