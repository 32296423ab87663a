import { silentLogger } from '../lifecycle/index.js';
import type { JournalEntry } from '../records/index.js';
import type { FlushResult } from '../store/index.js';
import { VirtualClock } from '../time/index.js';
import { MemoryStore } from '../../memory/index.js';
import { InstanceWriter } from './instance-writer.js';
import { JournalWriter } from './journal-writer.js';

const entry = (position: number, name: string): JournalEntry => ({
  position,
  name,
  kind: 'step',
  status: 'completed',
  calledAt: 0,
  recordedAt: 0,
  attempts: 1,
});

/** An instance leased to a writer over the memory store. */
async function leased(): Promise<{ store: MemoryStore; writer: InstanceWriter; results: FlushResult['kind'][] }> {
  const store = new MemoryStore({ clock: new VirtualClock() });
  const seed = {
    ...{ id: 'i', name: 'order', version: 1, inputHash: '', headers: {}, attributes: {}, priority: 1_000 },
    ...{ seed: 'seed', limits: [], idGiven: true },
  };
  await store.start([{ seed, lease: { workerId: 'w', buildId: 'b', leaseMs: 10_000 } }]);
  const results: FlushResult['kind'][] = [];
  const journal = new JournalWriter(store, new VirtualClock(), silentLogger, {
    flushers: 2,
    pauseMs: 50,
    maxPauseMs: 2_000,
  });
  const writer = new InstanceWriter(journal, { workflowId: 'i', generation: 1, fence: 1 }, (_unit, result) =>
    results.push(result.kind),
  );
  return { store, writer, results };
}

describe('An owner whose write met another one', () => {
  it('writes nothing that follows, though its position would fit', async () => {
    const { store, writer, results } = await leased();
    // A write of its own that was given up, and arrived all the same.
    await store.flush([{ workflowId: 'i', generation: 1, fence: 1, entries: [entry(1, 'late')] }]);
    writer.staged.addEntry(entry(1, 'a'));
    writer.flushSoon();
    writer.staged.addEntry(entry(2, 'b'));
    while (!writer.isClean) await writer.flush();

    expect((await writer.settle({ transition: { kind: 'end', status: 'completed' } })).kind).toBe('conflict');
    expect((await store.readJournal('i', 1)).map(({ name }) => name)).toEqual(['late']);
    expect((await store.find('i'))?.status).toBe('running');
    expect(results).toEqual(['conflict']);
  });
});

describe('What is staged while a unit is under way', () => {
  it('travels in the next one', async () => {
    const { store, writer, results } = await leased();
    writer.staged.addEntry(entry(1, 'a'));
    writer.flushSoon();
    writer.staged.addEntry(entry(2, 'b'));
    writer.staged.addEntry(entry(3, 'c'));
    while (!writer.isClean) await writer.flush();

    expect((await store.readJournal('i', 1)).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(results).toEqual(['applied', 'applied']);
    expect(writer.isClean).toBe(true);
  });

  it('is put behind what was refused because something had happened, and sent with it', async () => {
    const { store, writer } = await leased();
    await store.requestCancel('i', 'enough', '{}');
    writer.staged.addEntry(entry(1, 'a'));
    const ending = { transition: { kind: 'end', status: 'completed' }, expect: { noCancel: true } } as const;
    const end = writer.settle(ending);
    writer.staged.addEntry(entry(2, 'b'));

    expect((await end).kind).toBe('changed');
    while (!writer.isClean) await writer.flush();
    expect((await store.readJournal('i', 1)).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
