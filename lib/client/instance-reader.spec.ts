import { ClientBench, defineWorkflow, journalEntry } from '../../test/utils/client-bench.js';
import type { InstanceSummary } from './instance-view.js';

const orders = defineWorkflow({ name: 'orders' });
const refunds = defineWorkflow({ name: 'refunds', version: 3 });

describe('The status of an instance', () => {
  it('shows what it was started with, decoded', async () => {
    const { client } = new ClientBench({ definitions: [orders] });
    await client.start(
      orders,
      { total: 5 },
      { id: 'o', timeout: '1h', attributes: { kind: 'test' }, headers: { tenant: 'acme' } },
    );

    expect(await client.getStatus('o')).toEqual({
      id: 'o',
      workflow: 'orders',
      version: 1,
      generation: 1,
      status: 'pending',
      attributes: { kind: 'test' },
      headers: { tenant: 'acme' },
      priority: 1000,
      crashes: 0,
      input: { total: 5 },
      createdAt: new Date('2026-01-01T00:00:00Z'),
      updatedAt: new Date('2026-01-01T00:00:00Z'),
      dueAt: new Date('2026-01-01T00:00:00Z'),
      deadlineAt: new Date('2026-01-01T01:00:00Z'),
    });
  });

  it('shows the output of a completed one', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, {}, { id: 'o' });
    await bench.clock.advance('5s');
    await bench.complete('o', { sent: true });

    expect(await bench.client.getStatus('o')).toMatchObject({
      status: 'completed',
      output: { sent: true },
      endedAt: new Date('2026-01-01T00:00:05Z'),
    });
  });

  it('shows the error of a failed one as an error', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, {}, { id: 'o' });
    await bench.fail('o', new RangeError('Too much.'));

    const { error } = await bench.client.getStatus('o');

    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'RangeError', message: 'Too much.' });
  });

  it('shows who asked it to stop, when and why, and what it says of itself', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, {}, { id: 'o' });
    await bench.write(await bench.claim('o'), { customStatus: '{"phase":"packing"}' });

    await bench.client.cancel('o', 'no money');

    expect(await bench.client.getStatus('o')).toMatchObject({
      status: 'running',
      customStatus: { phase: 'packing' },
      cancel: { reason: 'no money', requestedAt: new Date('2026-01-01T00:00:00Z') },
    });
  });

  it('shows of one that waits for another build which ones do not fit, and why', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, {}, { id: 'o' });
    const error = await bench.services.payloads.encodeError(new RangeError('Asked for "b".'), {
      workflowId: 'o',
      place: 'error',
    });
    await bench.write(await bench.claim('o'), { transition: { kind: 'mismatch', buildId: 'build-2', error } });

    expect(await bench.client.getStatus('o')).toMatchObject({
      status: 'running',
      mismatchedBuilds: ['build-2'],
      error: { name: 'RangeError', message: 'Asked for "b".' },
    });
    expect((await bench.client.list()).items).toMatchObject([{ mismatchedBuilds: ['build-2'] }]);
  });

  it('is an error of its own kind when there is no such instance', async () => {
    const { client } = new ClientBench();

    await expect(client.getStatus('nobody')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND', httpStatus: 404 });
  });
});

describe('What an instance is doing', () => {
  async function busyBench(): Promise<ClientBench> {
    const bench = new ClientBench({ definitions: [orders, refunds] });
    await bench.client.start(orders, {}, { id: 'o' });
    const dueAt = { $timeout: Date.parse('2026-01-02T00:00:00Z') };
    await bench.write(await bench.claim('o'), {
      entries: [
        journalEntry({ position: 1, name: 'pack%2Fbox', value: '{"boxes":2}', attempts: 2 }),
        journalEntry({ position: 2, name: '$start:weigh', kind: 'start', status: 'running' }),
        journalEntry({ position: 3, name: '$wait:paid', kind: 'wait', status: 'running', data: { dueAt } }),
        journalEntry({ position: 4, name: '$wait:seen', kind: 'wait', status: 'running' }),
        journalEntry({ position: 5, name: 'seen', kind: 'arrival', data: { winner: 'signal' } }),
        journalEntry({ position: 6, name: 'nap', kind: 'arrival', data: { winner: '$timer' } }),
        journalEntry({ position: 7, name: '$wait:$result:refunds#0', kind: 'wait', status: 'running' }),
      ],
      waits: [{ wait: 'paid', condition: 'signal', signal: 'paid' }],
      stream: [{ afterPosition: 1, index: 0, kind: 'progress', step: 'weigh', payload: '{"done":40}' }],
      children: [
        {
          seed: {
            id: 'o/refunds#0',
            name: 'refunds',
            version: 3,
            inputHash: 'h',
            headers: {},
            attributes: {},
            priority: 1000,
            seed: 's',
            limits: [],
            parent: { workflowId: 'o', generation: 1, close: 'cancel' },
            idGiven: false,
          },
        },
      ],
    });
    await bench.client.signalInstance('o', 'note', { text: 'hurry' }, { id: 'note-1', key: 'k' });
    return bench;
  }

  it('is not read when nobody asks', async () => {
    const bench = await busyBench();

    const view = await bench.client.getStatus('o');

    expect(view).not.toHaveProperty('waits');
    expect(view).not.toHaveProperty('journal');
    expect(view).not.toHaveProperty('children');
  });

  it('is its open waits, its open steps with their progress, and signals that nothing took', async () => {
    const bench = await busyBench();

    const view = await bench.client.getStatus('o', { waits: true });

    expect(view).not.toHaveProperty('journal');
    expect(view.waits).toEqual([
      { name: 'paid', since: new Date(0), dueAt: { timeout: new Date('2026-01-02T00:00:00Z') } },
      { name: 'refunds#0', since: new Date(0), dueAt: {} },
    ]);
    expect(view.openSteps).toEqual([{ name: 'weigh', since: new Date(0), progress: { done: 40 } }]);
    expect(view.unconsumedSignals).toEqual([
      {
        signalId: 'note-1',
        name: 'note',
        key: 'k',
        payload: { text: 'hurry' },
        receivedAt: new Date('2026-01-01T00:00:00Z'),
      },
    ]);
  });

  it('is its journal, with names and values as the code gave them', async () => {
    const bench = await busyBench();

    const { journal } = await bench.client.getStatus('o', { journal: true });

    expect(journal).toHaveLength(7);
    expect(journal?.[0]).toEqual({
      position: 1,
      name: 'pack/box',
      kind: 'step',
      status: 'completed',
      attempts: 2,
      calledAt: 0,
      recordedAt: new Date(0),
      value: { boxes: 2 },
    });
    expect(journal?.[4]).toMatchObject({ name: 'seen', kind: 'arrival', winner: 'signal' });
    expect(journal?.[2]?.dueAt).toEqual({ timeout: new Date('2026-01-02T00:00:00Z') });
    expect(journal?.[5]).toMatchObject({ name: 'nap', winner: 'timer' });
    expect(await bench.client.getJournal('o')).toEqual(journal);
  });

  it('is its children', async () => {
    const bench = await busyBench();

    const { children } = await bench.client.getStatus('o', { children: true });

    expect(children).toMatchObject([
      { id: 'o/refunds#0', workflow: 'refunds', version: 3, parentId: 'o', status: 'pending' },
    ]);
  });
});

describe('A handle of an existing instance', () => {
  it('knows its workflow and version', async () => {
    const { client } = new ClientBench({ definitions: [refunds] });
    await client.start(refunds, {}, { id: 'r' });

    expect(await client.getHandle('r', refunds)).toMatchObject({
      id: 'r',
      workflow: 'refunds',
      version: 3,
      created: false,
    });
  });

  it('is not given for another workflow than asked for', async () => {
    const { client } = new ClientBench({ definitions: [orders, refunds] });
    await client.start(refunds, {}, { id: 'r' });

    await expect(client.getHandle('r', orders)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  });
});

describe('A list of instances', () => {
  async function benchWithMany(): Promise<ClientBench> {
    const bench = new ClientBench({ definitions: [orders, refunds] });
    for (let index = 0; index < 6; index += 1) {
      const workflow = index % 2 === 0 ? orders : refunds;
      await bench.client.start(workflow, {}, { id: `i${index}`, attributes: { even: index % 2 === 0, index } });
      if (index % 3 === 2) await bench.clock.advance('1m');
    }
    await bench.complete('i0', 1);
    return bench;
  }
  const ids = (items: readonly InstanceSummary[]) => items.map(({ id }) => id);

  it('comes page by page, newest first, everything once, also where many were created in one millisecond', async () => {
    const { client } = await benchWithMany();
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;

    do {
      const page = await client.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...ids(page.items));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);

    expect(pages).toBe(3);
    expect(new Set(seen.slice(0, 3))).toEqual(new Set(['i3', 'i4', 'i5']));
    expect(new Set(seen.slice(3))).toEqual(new Set(['i0', 'i1', 'i2']));
  });

  it('has no next page where the last one was full', async () => {
    const { client } = await benchWithMany();

    const page = await client.list({ limit: 6 });

    expect(page.items).toHaveLength(6);
    expect(page).not.toHaveProperty('nextCursor');
  });

  it.each([
    ['a status', { status: 'completed' }, ['i0']],
    ['several statuses', { status: ['completed', 'failed'] }, ['i0']],
    ['a workflow', { workflow: 'refunds' }, ['i1', 'i3', 'i5']],
    ['a definition', { workflow: orders }, ['i0', 'i2', 'i4']],
    ['a workflow that nobody registered', { workflow: 'unknown' }, []],
    ['a version', { version: 3 }, ['i1', 'i3', 'i5']],
    ['attributes', { attributes: { even: true, index: 2 } }, ['i2']],
    ['a parent', { parentId: 'i0' }, []],
    ['a time, from', { createdAfter: '2026-01-01T00:00:30Z' }, ['i3', 'i4', 'i5']],
    ['a time, until', { createdBefore: new Date('2026-01-01T00:00:30Z') }, ['i0', 'i1', 'i2']],
  ] as const)('is narrowed by %s', async (_what, filter, expected) => {
    const { client } = await benchWithMany();

    const { items } = await client.list(filter);

    expect(ids(items).sort()).toEqual(expected);
  });

  it.each([
    ['cursor', { cursor: 'next' }],
    ['limit of 0', { limit: 0 }],
    ['limit that is too high', { limit: 1_001 }],
    ['limit that is no number', { limit: Number.NaN }],
    ['status', { status: 'done' as string as 'failed' }],
    ['status among others', { status: ['done'] as never[] }],
    ['version', { version: Number.NaN }],
    ['version that is too high', { version: 3_000_000_000 }],
    ['workflow', { workflow: 'a\u0000' }],
    ['parent', { parentId: '\ud800' }],
    ['name of an attribute', { attributes: { 'a\u0000': 1 } }],
    ['attribute', { attributes: { tenant: 'a\u0000' } }],
    ['number as an attribute', { attributes: { total: Number.NaN } }],
  ])('is refused with a wrong %s', async (_what, filter) => {
    const { client } = new ClientBench();

    await expect(client.list(filter)).rejects.toMatchObject({ code: 'WORKFLOW_INPUT', httpStatus: 400 });
  });

  it('shows no payloads', async () => {
    const { client } = await benchWithMany();

    const { items } = await client.list({ status: 'completed' });

    expect(items[0]).not.toHaveProperty('input');
    expect(items[0]).not.toHaveProperty('output');
  });
});
