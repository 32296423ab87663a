import { silentLogger } from '../lifecycle/index.js';
import type { JournalEntry } from '../records/index.js';
import type { FlushResult, FlushUnit } from '../store/index.js';
import { VirtualClock } from '../time/index.js';
import { MemoryStore } from '../../memory/index.js';
import { InstanceWriter, type TransitionRequest } from './instance-writer.js';
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

/** A memory store that remembers what it was asked to write. */
class RememberingStore extends MemoryStore {
  readonly written: FlushUnit[] = [];

  override flush(units: readonly FlushUnit[], resend?: boolean): Promise<FlushResult[]> {
    this.written.push(...units);
    return super.flush(units, resend);
  }
}

/** An instance leased to a writer over the memory store, in its first generation with nothing recorded. */
async function leased(): Promise<{ store: RememberingStore; writer: InstanceWriter; results: FlushResult['kind'][] }> {
  const store = new RememberingStore({ clock: new VirtualClock() });
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
  const owner = { workflowId: 'i', generation: 1, fence: 1 };
  const listener = { onWritten: (_unit: FlushUnit, result: FlushResult) => void results.push(result.kind) };
  const writer = new InstanceWriter(journal, owner, listener, false);
  return { store, writer, results };
}

function settled(writer: InstanceWriter, request: TransitionRequest): Promise<FlushResult> {
  return new Promise((resolve) => {
    writer.settle(request, resolve);
  });
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

    expect((await settled(writer, { transition: { kind: 'end', status: 'completed' } })).kind).toBe('conflict');
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
    const end = settled(writer, ending);
    writer.staged.addEntry(entry(2, 'b'));

    expect((await end).kind).toBe('changed');
    while (!writer.isClean) await writer.flush();
    expect((await store.readJournal('i', 1)).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('The write by which an instance ends', () => {
  const ending = { transition: { kind: 'end', status: 'completed' } } as const;

  it('says that there is no wait to drop when none was ever registered', async () => {
    const { store, writer } = await leased();
    writer.staged.addEntry(entry(1, 'a'));
    await settled(writer, ending);

    expect(store.written.map(({ waitless }) => waitless)).toEqual([true]);
  });

  it('does not say so of a wait that was registered by an earlier write, by its own or by a transaction', async () => {
    const wait = { wait: 'w', condition: 'signal', signal: 'go' };
    const earlier = await leased();
    earlier.writer.staged.addWait(wait);
    await earlier.writer.flush();
    await settled(earlier.writer, ending);
    const own = await leased();
    own.writer.staged.addWait(wait);
    await settled(own.writer, ending);
    const transaction = await leased();
    transaction.writer.staged.addWait(wait);
    await transaction.writer.takeForTransaction();
    await settled(transaction.writer, ending);

    expect([earlier, own, transaction].map(({ store }) => store.written.at(-1)?.waitless)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('The wakes that an owner has seen', () => {
  it('travel with its next write', async () => {
    const { store, writer } = await leased();
    await store.requestCancel('i', 'enough', '{}');
    for (const position of [1, 2]) {
      writer.staged.addEntry(entry(position, `step-${position}`));
      await writer.flush();
    }

    expect(store.written.map(({ knownWakes }) => knownWakes)).toEqual([undefined, 1]);
  });
});
