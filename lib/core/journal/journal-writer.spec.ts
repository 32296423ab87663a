import { MemoryStore } from '../../memory/index.js';
import { WorkflowStoreError } from '../errors/index.js';
import { silentLogger } from '../lifecycle/index.js';
import type { FlushResult, FlushUnit, StartResult, StartUnit } from '../store/index.js';
import { VirtualClock, systemClock } from '../time/index.js';
import { JournalWriter } from './journal-writer.js';

/** A memory store that answers a write when it is told to. */
class SlowStore extends MemoryStore {
  /** How many units each statement had. */
  readonly statements: number[] = [];
  private readonly held: (() => void)[] = [];

  override async flush(units: readonly FlushUnit[], resend?: boolean): Promise<FlushResult[]> {
    this.statements.push(units.length);
    await new Promise<void>((resolve) => this.held.push(resolve));
    return super.flush(units, resend);
  }

  /** Answers the oldest statement, and lets follow what follows. */
  async answer(): Promise<void> {
    this.held.shift()?.();
    await quiet();
  }
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise<void>((resolve) => systemClock.macrotask(resolve));
}

/** A writer for so many running instances. */
async function crowd(size: number) {
  const store = new SlowStore({ clock: new VirtualClock() });
  const ids = Array.from({ length: size }, (_, index) => `i${index}`);
  const seed = {
    ...{ name: 'order', version: 1, inputHash: '', headers: {}, attributes: {}, priority: 1_000 },
    ...{ seed: 'seed', limits: [], idGiven: true },
  };
  const lease = { workerId: 'w', buildId: 'b', leaseMs: 10_000 };
  await store.start(ids.map((id) => ({ seed: { ...seed, id }, lease })));
  const options = { flushers: 2, pauseMs: 50, maxPauseMs: 2_000 };
  const clock = new VirtualClock();
  const writer = new JournalWriter(store, clock, silentLogger, options);
  const answered: string[] = [];
  const owner = {
    answer: ({ workflowId }: FlushUnit, { kind }: FlushResult) => {
      answered.push(`${workflowId} ${kind}`);
    },
  };
  const write = (from: number, to: number): void => {
    for (const id of ids.slice(from, to))
      writer.flush({ workflowId: id, generation: 1, fence: 1, entries: [], customStatus: '1' }, owner);
  };
  return { clock, store, writer, write, answered };
}

describe('The writes of a crowd', () => {
  it('go in cohorts, as many at one time as there are flushers', async () => {
    const { store, write, answered } = await crowd(320);
    write(0, 320);
    await quiet();

    expect(store.statements).toEqual([64, 64]);
    await store.answer();
    expect(store.statements).toEqual([64, 64, 192]);
    await store.answer();
    await store.answer();
    expect(answered).toHaveLength(320);
  });

  it('leave no straggler behind: it goes when the statement that it waited for is answered', async () => {
    const { store, write, answered } = await crowd(320);
    write(0, 64);
    await store.answer();
    write(64, 319);
    await quiet();
    while (answered.length < 128) await store.answer();
    write(319, 320);
    await quiet();

    expect(answered).not.toContain('i319 applied');
    const before = store.statements.length;
    while (answered.length < 319) await store.answer();
    expect(store.statements).toHaveLength(before + 1);
    expect(store.statements.at(-1)).toBe(1);
    await store.answer();
    expect(answered).toContain('i319 applied');
  });

  it('keep a straggler waiting for a moment only, where what is under way is not answered', async () => {
    const { clock, store, write, answered } = await crowd(320);
    write(0, 319);
    await quiet();
    while (answered.length < 128) await store.answer();
    write(319, 320);
    await quiet();
    const before = store.statements.length;

    await clock.advance(5);

    expect(store.statements).toHaveLength(before + 1);
    expect(store.statements.at(-1)).toBe(1);
  });

  it('do not keep a lone write waiting when nothing is under way', async () => {
    const { store, write, answered } = await crowd(320);
    write(0, 320);
    await quiet();
    while (answered.length < 320) await store.answer();
    write(0, 1);
    await quiet();

    expect(store.statements.at(-1)).toBe(1);
  });
});

describe('A start', () => {
  const unit = (id: string): StartUnit => ({
    seed: {
      ...{ id, name: 'order', version: 1, inputHash: '', headers: {}, attributes: {}, priority: 1_000 },
      ...{ seed: 'seed', limits: [], idGiven: true },
    },
  });

  /** A store that cannot be reached until it is told otherwise. */
  class AwayStore extends MemoryStore {
    isAway = true;
    readonly asked: string[] = [];

    override async start(units: readonly StartUnit[], resend?: boolean): Promise<StartResult[]> {
      this.asked.push(units.map(({ seed }) => seed.id).join());
      if (this.isAway) throw new WorkflowStoreError('Nobody answers.');
      return super.start(units, resend);
    }

    override async flush(): Promise<FlushResult[]> {
      throw new WorkflowStoreError('Nobody answers.');
    }
  }

  function arrange() {
    const clock = new VirtualClock();
    const store = new AwayStore({ clock });
    const writer = new JournalWriter(store, clock, silentLogger, { flushers: 2, pauseMs: 50, maxPauseMs: 2_000 });
    const start = (id: string): Promise<unknown> => writer.start(unit(id)).catch((error: unknown) => error);
    return { clock, store, writer, start };
  }

  it('waits for a store that restarts', async () => {
    const { clock, store, start } = arrange();
    const started = start('a');
    await quiet();
    await clock.advance('14s');
    store.isAway = false;
    await clock.advance('3s');

    expect(await started).toMatchObject({ kind: 'created' });
  });

  it('is told of a store that stays away, with what to do, and is not sent any more', async () => {
    const { clock, store, start } = arrange();
    const first = start('a');
    await quiet();
    await clock.advance('10s');
    const second = start('b');
    await quiet();
    await clock.advance('7s');

    expect(await first).toMatchObject({ code: 'WORKFLOW_STORE', message: expect.stringContaining('"a"') as string });
    const sent = store.asked.length;
    store.isAway = false;
    await clock.advance('3s');
    expect(await second).toMatchObject({ kind: 'created' });
    expect(store.asked.slice(sent).join()).not.toContain('a');
  });

  it('is told as well where running instances wait for the same store', async () => {
    const { clock, writer, start } = arrange();
    for (const workflowId of ['x', 'y']) {
      writer.flush({ workflowId, generation: 1, fence: 1, entries: [] }, { answer: () => undefined });
      await quiet();
    }
    const waiting = start('a');
    await quiet();
    await clock.advance('20s');

    expect(await waiting).toMatchObject({ code: 'WORKFLOW_STORE' });
  });
});
