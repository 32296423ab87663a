import type { InstanceSeed } from '../core/records/index.js';
import type { PollRequest, StartUnit } from '../core/store/index.js';
import { VirtualClock } from '../core/time/index.js';
import { MemoryStore } from './memory.store.js';

const seed = (id: string, extra: Partial<InstanceSeed> = {}): StartUnit => ({
  seed: {
    id,
    name: 'order',
    version: 1,
    inputHash: 'hash',
    headers: {},
    attributes: {},
    priority: 1000,
    seed: `seed of ${id}`,
    limits: [],
    idGiven: true,
    ...extra,
  },
});

const poll: PollRequest = {
  workerId: 'worker',
  buildId: 'build',
  leaseMs: 10_000,
  definitions: ['order@1'],
  limit: 10,
  allowSuspect: true,
  maxCrashes: 10,
  mismatchGraceMs: 600_000,
};

async function complete(store: MemoryStore, id: string): Promise<void> {
  const [started] = await store.start([{ ...seed(id), lease: poll }]);
  if (started?.kind !== 'created') throw new Error(`${id} exists`);
  await store.flush([
    { workflowId: id, generation: 1, fence: 1, entries: [], transition: { kind: 'end', status: 'completed' } },
  ]);
}

describe('MemoryStore', () => {
  it('shares its data with a second store as two processes share a database', async () => {
    const clock = new VirtualClock();
    const first = new MemoryStore({ clock });
    const second = new MemoryStore({ clock, sharedWith: first });

    await first.start([seed('a')]);
    await first.close();

    expect((await second.poll(poll)).claimed.map((record) => record.id)).toEqual(['a']);
    await expect(first.find('a')).rejects.toMatchObject({ code: 'WORKFLOW_STORE' });
  });

  it('refuses a transaction of a store with other data, and takes one of a store that shares its own', async () => {
    const clock = new VirtualClock();
    const first = new MemoryStore({ clock });
    const second = new MemoryStore({ clock, sharedWith: first });
    const other = new MemoryStore({ clock });
    const refusal = {
      code: 'WORKFLOW_TRANSACTION',
      message: expect.stringContaining('another memory store') as unknown,
    };

    await other.transaction(async ({ handle }) => {
      await expect(first.states.load('m', handle)).rejects.toMatchObject(refusal);
      expect(() => first.join(handle)).toThrow('another memory store');
    });
    await first.transaction(async ({ handle }) => {
      expect(await second.join(handle).start(seed('a'))).toMatchObject({ kind: 'created' });
      expect(await second.states.load('m', handle)).toBeUndefined();
    });
  });

  it('rolls back what is open when it is closed, and lets go of its locks', async () => {
    const clock = new VirtualClock();
    const first = new MemoryStore({ clock });
    const second = new MemoryStore({ clock, sharedWith: first });
    await first.start([{ ...seed('a'), lease: poll }]);
    let opened!: () => void;
    const reached = new Promise<void>((resolve) => (opened = resolve));
    void first.transaction(async (transaction) => {
      await transaction.start(seed('b'));
      await transaction.flush({ workflowId: 'a', generation: 1, fence: 1, entries: [], customStatus: '"half"' });
      opened();
      await new Promise(() => undefined);
    });
    await reached;
    expect(
      (await second.renew({ workerId: 'worker', leaseMs: 1, leases: [{ workflowId: 'a', fence: 1 }] })).skipped,
    ).toEqual(['a']);

    await first.close();

    expect((await second.start([seed('b')]))[0]?.kind).toBe('created');
    expect((await second.requestCancel('a', 'enough', '{}'))?.accepted).toBe(true);
    expect((await second.find('a'))?.customStatus).toBeUndefined();
  });

  it('keeps the given number of ended instances and forgets the oldest', async () => {
    const store = new MemoryStore({ clock: new VirtualClock(), retain: 2 });

    for (const id of ['a', 'b', 'c']) await complete(store, id);

    expect(await store.find('a')).toBeUndefined();
    expect((await store.list({ limit: 10 })).map((record) => record.id)).toEqual(['c', 'b']);
  });

  it('takes a turn of the given kind at every call', async () => {
    let turns = 0;
    const store = new MemoryStore({
      clock: new VirtualClock(),
      yieldEach: async () => {
        turns += 1;
      },
    });

    await store.start([seed('a')]);
    await store.find('a');

    expect(turns).toBe(2);
  });

  it('claims out of 100,000 due and 100,000 suspended without looking at them all', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore({ clock });
    const many = Array.from({ length: 100_000 }, (_, index) => index);
    await store.start(many.map((index) => seed(`later-${index}`, { delayMs: 1_000_000 })));
    await store.start(
      many.map((index) => seed(`now-${index}`, { limits: index % 2 === 0 ? [{ key: 'full', limit: 1 }] : [] })),
    );
    let rankReads = 0;
    const row = Object.getPrototypeOf(store.database.instances.get('now-0')) as object;
    const rank = Object.getOwnPropertyDescriptor(row, 'rank') as PropertyDescriptor;
    Object.defineProperty(row, 'rank', {
      ...rank,
      get(this: object): number {
        rankReads += 1;
        return (rank.get as () => number).call(this);
      },
    });

    const { claimed } = await store.poll({ ...poll, limit: 20 });
    Object.defineProperty(row, 'rank', rank);

    expect(claimed).toHaveLength(20);
    expect(rankReads).toBeLessThan(20_000);
  });
});
