import { bulk, type Bulk, type BulkSummary } from 'nestjs-workflow/bulk';
import { decodeName } from '../../lib/core/records/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import type { BareEngine } from '../utils/bare-engine.js';
import { EngineHarness } from './harness.js';

const MINUTE = 60_000;

/** A process falls silent in the middle of a bulk, and another one takes it over. */
class Takeover {
  /** How often each item was processed. */
  readonly processed = new Map<number, number>();
  reads = 0;
  private blockedAt = Number.POSITIVE_INFINITY;
  private isBlocked = false;

  constructor(public items: number[]) {}

  define(settings: { batchSize?: number; maxConcurrency?: number } = {}): Bulk<void, number> {
    return bulk('work', {
      source: () => this.read(),
      process: async (items: readonly number[]) => {
        if (items.some((item) => item >= this.blockedAt)) {
          this.isBlocked = true;
          await new Promise(() => undefined);
        }
        for (const item of items) this.processed.set(item, (this.processed.get(item) ?? 0) + 1);
      },
      ...settings,
    });
  }

  /** Runs until the batch with that item is under way, silences the process, and lets another one go on. */
  async run(blockedAt: number, first: Bulk<void, number>, second = this.define(), between = () => undefined as void) {
    const harness = await EngineHarness.create(async (clock) => {
      const store = new MemoryStore({ clock });
      const view = async () => new MemoryStore({ clock, sharedWith: store });
      return { store, view, dispose: async () => undefined };
    });
    const worker = { leaseMs: 10 * MINUTE, heartbeatIntervalMs: 1_000 * MINUTE };
    this.blockedAt = blockedAt;
    try {
      const engine = await harness.boot({ definitions: [first], worker });
      await engine.start('work', 'w-1');
      await harness.until(() => this.isBlocked);
      const recorded = await this.recorded(harness);
      this.blockedAt = Number.POSITIVE_INFINITY;
      between();
      await harness.boot({ definitions: [second], worker });
      await harness.pass(async () => (await engine.find('w-1')).endedAt !== undefined);
      return { recorded, ...(await outcome(engine)) };
    } finally {
      await harness.dispose();
    }
  }

  private async *read() {
    this.reads++;
    yield* this.items;
  }

  private async recorded(harness: EngineHarness): Promise<number[]> {
    // What is staged becomes durable meanwhile.
    await harness.clock.advance(5_000);
    const generation = (await harness.store.find('w-1'))?.generation ?? 1;
    const [entries = []] = await harness.store.readJournals([{ workflowId: 'w-1', generation }]);
    return entries
      .filter(({ kind, status }) => kind === 'step' && status === 'completed')
      .map(({ name }) => Number(decodeName(name).slice('batch#'.length)));
  }
}

async function outcome(engine: BareEngine): Promise<{ summary: BulkSummary | undefined; error: string }> {
  const { output, error = '' } = await engine.find('w-1');
  return { summary: output === undefined ? undefined : (JSON.parse(output) as BulkSummary), error };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('A durable bulk whose process dies', () => {
  it('processes no recorded batch again, and of the others at most those that were under way', async () => {
    const scene = new Takeover(numbers(200));
    const { recorded, summary } = await scene.run(103, scene.define());

    expect(recorded.length).toBeGreaterThanOrEqual(5);
    expect(summary).toMatchObject({ totalItems: 200, totalBatches: 20, successfulItems: 200 });
    expect([...scene.processed.keys()].sort((a, b) => a - b)).toEqual(numbers(200));
    for (const batchId of recorded)
      for (let item = batchId * 10; item < batchId * 10 + 10; item++) expect(scene.processed.get(item)).toBe(1);
    const repeated = [...scene.processed.values()].filter((times) => times > 1);
    expect(repeated.length).toBeLessThanOrEqual(50);
    expect(scene.reads).toBe(2);
  });

  it('goes on in its generation, having read again what came before it', async () => {
    const scene = new Takeover(numbers(1_500));
    const settings = { batchSize: 1, maxConcurrency: 3 };
    const { summary } = await scene.run(1_200, scene.define(settings), scene.define(settings));

    expect(summary).toMatchObject({ totalItems: 1_500, totalBatches: 1_500, successfulItems: 1_500 });
    expect(scene.processed.size).toBe(1_500);
    expect([...scene.processed.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(3);
    expect(scene.reads).toBe(2);
  });

  it('keeps cutting its items as it began, whatever its definition says now', async () => {
    const scene = new Takeover(numbers(60));
    const { summary } = await scene.run(
      33,
      scene.define({ batchSize: 4 }),
      scene.define({ batchSize: 7, maxConcurrency: 1 }),
    );

    expect(summary).toMatchObject({ totalItems: 60, totalBatches: 15, successfulItems: 60 });
    expect(scene.processed.size).toBe(60);
  });

  it.each([
    [
      'an item of a recorded batch is another one',
      (items: number[]) => void (items[12] = -1),
      /items of batch 1 are not what they were/,
    ],
    [
      'it has become shorter than what is recorded',
      (items: number[]) => void (items.length = 20),
      /ends after 2 batches; its items are not what they were/,
    ],
  ])('fails, and says so, when its source has changed meanwhile: %s', async (_what, change, message) => {
    const scene = new Takeover(numbers(100));
    const { error, summary } = await scene.run(53, scene.define(), scene.define(), () => change(scene.items));

    expect(summary).toBeUndefined();
    expect(error).toMatch(message);
  });

  it('fails when what earlier generations have done is not what the source gives now', async () => {
    const scene = new Takeover(numbers(1_500));
    const settings = { batchSize: 1 };
    const change = () => void (scene.items[3] = -1);
    const { error } = await scene.run(1_200, scene.define(settings), scene.define(settings), change);

    expect(error).toMatch(/items of the first 1000 batches are not what they were/);
  });
});
