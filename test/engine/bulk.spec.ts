import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  BulkService,
  StepTimeoutError,
  Workflow,
  WorkflowModule,
  type WorkflowContext,
  type WorkflowDefinition,
  type WorkflowModuleOptions,
} from 'nestjs-workflow';
import { bulk, BulkOperation, BulkOperationConfig, type BulkStepContext } from 'nestjs-workflow/bulk';
import { createTestEngine, type TestEngine } from 'nestjs-workflow/testing';

/** A source that can be read again, and counts how often it was, and how far. */
function rows(count: number) {
  const read = { times: 0, items: 0, open: 0 };
  async function* source() {
    read.times++;
    read.open++;
    try {
      for (let item = 0; item < count; item++) {
        read.items++;
        yield item;
      }
    } finally {
      read.open--;
    }
  }
  return { read, source };
}

async function withEngine(definitions: readonly object[], work: (engine: TestEngine) => Promise<void>): Promise<void> {
  const engine = await createTestEngine({ definitions });
  try {
    await work(engine);
  } finally {
    await engine.close();
  }
}

const nothing = () => undefined;

@Injectable()
class Catalogue {
  readonly updated: string[] = [];
  async *rows(shop: string) {
    for (const sku of ['a', 'b', 'c']) yield `${shop}/${sku}`;
  }
  update(skus: readonly string[]) {
    this.updated.push(...skus);
  }
}

@Injectable()
class Repricing implements OnModuleInit {
  readonly bulk = bulk('repricing', {
    source: (shop: string) => this.catalogue.rows(shop),
    process: (skus) => this.catalogue.update(skus),
    batchSize: 2,
  });

  constructor(
    private readonly catalogue: Catalogue,
    private readonly bulks: BulkService,
  ) {}

  onModuleInit() {
    this.bulks.register(this.bulk);
  }
}

async function application(options: WorkflowModuleOptions = {}, definitions: WorkflowDefinition[] = []) {
  const testing = await Test.createTestingModule({
    imports: [CqrsModule.forRoot(), WorkflowModule.stub(options), WorkflowModule.forFeature(definitions)],
    providers: [Catalogue, Repricing],
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  await app.init();
  return { app, bulks: app.get(BulkService), catalogue: app.get(Catalogue), repricing: app.get(Repricing) };
}

describe('A durable bulk', () => {
  it('records each batch under its number, with its count and fingerprint, and answers what became of the items', async () => {
    const { read, source } = rows(25);
    const work = bulk('work', { source, process: nothing });
    await withEngine([work], async ({ client }) => {
      const summary = await client.startAndWait(work, undefined, { id: 'b-1' });
      const journal = await client.getJournal('b-1');

      expect(journal.map(({ name }) => name)).toEqual(['batch#0', 'batch#1', 'batch#2']);
      expect(journal.map(({ value }) => value)).toEqual([
        {
          count: 10,
          fingerprint: expect.any(String) as string,
          following: expect.any(Number) as number,
          batchSize: 10,
          maxConcurrency: 5,
        },
        { count: 10, fingerprint: expect.any(String) as string, following: 1 },
        { count: 5, fingerprint: expect.any(String) as string, following: 0 },
      ]);
      expect(summary).toEqual({
        ...{ totalItems: 25, totalBatches: 3, successfulItems: 25 },
        ...{ failedItems: 0, failedBatches: 0, errors: [] },
      });
      expect(read).toEqual({ times: 1, items: 25, open: 0 });
    });
  });

  it('of nothing is complete', async () => {
    const empty = bulk('empty', { source: () => [], process: nothing });
    await withEngine([empty], async ({ client }) => {
      expect(await client.startAndWait(empty)).toMatchObject({ totalItems: 0, totalBatches: 0 });
    });
  });

  it('has up to maxConcurrency batches under way, and no more', async () => {
    let [now, most] = [0, 0];
    const process = async () => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => void setTurn(resolve));
      now--;
    };
    const wide = bulk('wide', { source: rows(200).source, process, maxConcurrency: 4, batchSize: 5 });
    await withEngine([wide], async ({ client }) => {
      expect(await client.startAndWait(wide)).toMatchObject({ totalBatches: 40 });
      expect(most).toBe(4);
    });
  });

  it('goes through the circuit breaker of its settings, attempt by attempt', async () => {
    let calls = 0;
    const execute = async <T>(fn: () => T | PromiseLike<T>) =>
      calls++ === 0 ? Promise.reject(new Error('open')) : fn();
    const process = (items: readonly number[]) => items.map((item) => item * 2);
    const settings = { batchSize: 2, retryDelay: 1, keepResults: true, circuitBreakerConfig: { execute } };
    const guarded = bulk('guarded', { source: rows(4).source, process, ...settings });
    await withEngine([guarded], async (engine) => {
      const outcome = engine.client.startAndWait(guarded);
      await engine.advance('1m');

      expect(await outcome).toMatchObject({ failedItems: 0, results: [0, 2, 4, 6] });
      expect(calls).toBe(3);
    });
  });

  it('keeps results, in the order of the items, where it is told to', async () => {
    const process = (items: readonly number[]) => items.map((item) => item * 2);
    const kept = bulk('kept', { source: rows(7).source, process, batchSize: 2, keepResults: true });
    await withEngine([kept], async ({ client }) => {
      const { results } = await client.startAndWait(kept);

      expect(results).toEqual([0, 2, 4, 6, 8, 10, 12]);
    });
  });

  it('tries a batch again under the same key, and goes on without one that fails for good', async () => {
    const attempts: [number, string][] = [];
    const process = (_items: readonly number[], { batchId, attempt, idempotencyKey }: BulkStepContext) => {
      if (batchId !== 1) return;
      attempts.push([attempt, idempotencyKey]);
      throw new RangeError('no price');
    };
    const lossy = bulk('lossy', { source: rows(9).source, process, batchSize: 3, retryAttempts: 2, retryDelay: 1 });
    await withEngine([lossy], async (engine) => {
      await engine.client.start(lossy, undefined, { id: 'l-1' });
      await engine.advance('3s');
      const summary = await engine.client.result('l-1');

      expect(attempts.map(([attempt]) => attempt)).toEqual([1, 2, 3]);
      expect(new Set(attempts.map(([, key]) => key)).size).toBe(1);
      expect(summary).toMatchObject({ totalItems: 9, successfulItems: 6, failedItems: 3, failedBatches: 1 });
      expect(summary).toMatchObject({
        errors: [{ batchId: 1, error: 'no price', errorType: 'RangeError', retryCount: 2 }],
      });
    });
  });

  it.each([
    ['in memory', {}],
    ['durably', { id: 't-1' }],
  ])('loses a batch, and not the run, when what it calls has timed out, %s', async (_where, options) => {
    const process = () => {
      throw new StepTimeoutError({ step: 'of another workflow', timeoutMs: 1 });
    };
    const late = bulk('late', { source: () => [1], process, retryAttempts: 0 });
    const { app, bulks } = await application({}, [late]);

    expect(await bulks.execute(late, undefined, options)).toMatchObject({
      failedItems: 1,
      errors: [{ errorType: 'StepTimeoutError', retryCount: 0 }],
    });
    await app.close();
  });

  it('loses a batch whose processor answers otherwise than one result for each item', async () => {
    const short = bulk('short', { source: () => [1, 2], process: () => [1] });
    const none = bulk('none', { source: () => [1, 2], process: nothing, keepResults: true });
    await withEngine([short, none], async ({ client }) => {
      const errors = [await client.startAndWait(short), await client.startAndWait(none)].flatMap((each) => each.errors);

      expect(errors.map(({ error }) => error)).toEqual([
        expect.stringContaining('answered 1 results for batch 0, which has 2 items'),
        expect.stringContaining('answered undefined and no array'),
      ]);
    });
  });

  it('goes on with a batch in another generation after every thousand, and does not read its source again for that', async () => {
    const { read, source } = rows(2_500);
    const seen: number[] = [];
    const long = bulk('long', {
      source,
      process: (items) => void seen.push(...items),
      batchSize: 1,
      keepResults: false,
    });
    await withEngine([long], async ({ client }) => {
      const summary = await client.startAndWait(long, undefined, { id: 'g-1' });
      const status = await client.getStatus('g-1');

      expect(summary).toMatchObject({ totalItems: 2_500, totalBatches: 2_500, successfulItems: 2_500 });
      expect(status).toMatchObject({ generation: 3, customStatus: { processedItems: 2_500 } });
      expect(new Set(seen).size).toBe(2_500);
      expect(read).toEqual({ times: 1, items: 2_500, open: 0 });
    });
  });

  it.each([
    ['in memory', {}],
    ['durably', { id: 'i-1' }],
  ])('tells its processor what it was started with, in every generation, %s', async (_where, options) => {
    const seen: [number, number][] = [];
    const raise = bulk('raise', {
      source: ({ upTo }: { readonly upTo: number; readonly percent: number }) => Array.from({ length: upTo }, () => 1),
      process: (_items, { batchId, input }) => void seen.push([batchId, input.percent]),
      batchSize: 1,
    });
    const { app, bulks } = await application({}, [raise]);

    await bulks.execute(raise, { upTo: 1_001, percent: 7 }, options);

    expect(seen).toHaveLength(1_001);
    expect(seen).toContainEqual([1_000, 7]);
    expect(new Set(seen.map(([, percent]) => percent))).toEqual(new Set([7]));
    await app.close();
  });

  it('closes its source and tells its batches when it is cancelled', async () => {
    const { read, source } = rows(1_000);
    let signal: AbortSignal | undefined;
    const process = (_items: readonly number[], context: { signal: AbortSignal }) => {
      ({ signal } = context);
      return new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
    };
    const endless = bulk('endless', { source, process });
    await withEngine([endless], async (engine) => {
      await engine.client.start(endless, undefined, { id: 'c-1' });
      await engine.clock.advance(10);
      await engine.client.cancel('c-1');
      await engine.advance('10s');

      expect(await engine.client.getStatus('c-1')).toMatchObject({ status: 'cancelled' });
      expect(signal?.aborted).toBe(true);
      expect(read.open).toBe(0);
    });
  });

  it('closes its source when its worker shuts down in the middle of it', async () => {
    const { read, source } = rows(1_000);
    const ends: (() => void)[] = [];
    const slow = bulk('slow', { source, process: () => new Promise<void>((resolve) => void ends.push(resolve)) });
    const engine = await createTestEngine({ definitions: [slow] });
    await engine.client.start(slow, undefined, { id: 'd-1' });
    await engine.clock.advance(10);
    expect(read.open).toBe(1);

    const closed = engine.close();
    for (const end of ends) end();
    await closed;

    expect(ends).toHaveLength(1);
    expect(read.open).toBe(0);
  });

  it('whose source cannot be read tries again from its beginning, fails with its reason, and goes on when it is retried', async () => {
    const calls: number[] = [];
    let isDown = true;
    async function* source() {
      for (let item = 0; item < 6; item++) {
        if (item === 4 && isDown) throw new Error('connection lost');
        yield item;
      }
    }
    const process = (items: readonly number[]) => void calls.push(...items);
    const shaky = bulk('shaky', { source, process, batchSize: 2, maxConcurrency: 1, retryDelay: 0 });
    await withEngine([shaky], async (engine) => {
      await engine.client.start(shaky, undefined, { id: 's-1' });
      await engine.advance(1);
      await expect(engine.client.result('s-1')).rejects.toThrow(/connection lost/);
      isDown = false;
      await engine.client.retry('s-1');

      expect(await engine.client.result('s-1')).toMatchObject({ totalItems: 6, successfulItems: 6 });
      expect(calls).toEqual([0, 1, 2, 3, 4, 5]);
    });
  });

  it('runs inside a workflow as its child', async () => {
    const prices = bulk('prices', { source: (count: number) => rows(count).source(), process: nothing });
    @Workflow('parent')
    class Parent {
      async run(ctx: WorkflowContext) {
        const { totalItems } = await ctx.executeChild(prices, 12);
        return totalItems;
      }
    }
    await withEngine([prices, new Parent()], async ({ client }) => {
      expect(await client.startAndWait(Parent)).toBe(12);
    });
  });
});

describe('A bulk in an application', () => {
  it('is registered by whoever injects what it works with, and runs in memory or durably', async () => {
    const { app, bulks, catalogue, repricing } = await application();

    const inMemory = await bulks.execute(repricing.bulk, 'north');
    const durable = await bulks.execute('repricing', 'south', { id: 'r-1' });
    const again = await bulks.execute(repricing.bulk, 'south', { id: 'r-1' });

    expect(inMemory).toMatchObject({ totalItems: 3, totalBatches: 2 });
    expect(durable).toEqual(inMemory);
    expect(again).toEqual(durable);
    expect(catalogue.updated).toEqual(['north/a', 'north/b', 'north/c', 'south/a', 'south/b', 'south/c']);
    expect(bulks.get('repricing')).toBe(repricing.bulk);
    expect(bulks.diagram('repricing')).toContain('batches of 2');
    await app.close();
  });

  it('that failed may be executed again by several at once: it goes on once, for all of them', async () => {
    let isBroken = true;
    let done = 0;
    const source = () => {
      if (isBroken) throw new TypeError('no source');
      return [1, 2, 3];
    };
    const work = bulk('work', { source, process: ({ length }) => void (done += length), retryAttempts: 0 });
    const { app, bulks } = await application({}, [work]);
    await expect(bulks.execute(work, undefined, { id: 'w' })).rejects.toThrow('no source');
    isBroken = false;

    const summaries = await Promise.all([1, 2, 3].map(() => bulks.execute(work, undefined, { id: 'w' })));

    expect(summaries.map(({ successfulItems }) => successfulItems)).toEqual([3, 3, 3]);
    expect(done).toBe(3);
    await app.close();
  });

  it('answers a handle when it is started, and may be registered as a feature', async () => {
    const counted = bulk('counted', { source: (count: number) => rows(count).source(), process: nothing });
    const { app, bulks } = await application({}, [counted]);

    const handle = await bulks.start(counted, 11, { id: 'c-1' });

    expect(await handle.result()).toMatchObject({ totalItems: 11, totalBatches: 2 });
    await app.close();
  });

  it('takes items in memory that JSON cannot hold, and refuses them durably', async () => {
    const items = [5n, new Map([[1, 2]]), Symbol('x'), nothing, undefined];
    const given = { source: () => items, process: (batch: readonly unknown[]) => batch, batchSize: 2 };
    const any = bulk('any', { ...given, keepResults: true, retryAttempts: 0 });
    const { app, bulks } = await application({}, [any]);

    const { results, successfulItems } = await bulks.execute(any);

    expect([results, successfulItems]).toEqual([items, 5]);
    await expect(bulks.execute(any, undefined, { id: 'any-1' })).rejects.toThrow(
      /items of batch 0\[0\] cannot be stored/,
    );
    await app.close();
  });

  it.each([
    ['in memory', {}],
    ['durably', { id: 't-2' }],
  ])('rejects with the time-out when it takes longer than its timeout, %s', async (_where, options) => {
    const process = (_items: readonly number[], { signal }: BulkStepContext<void>) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      });
    const slow = bulk('slow', { source: () => [1], process, timeout: 0.05 });
    const { app, bulks } = await application({}, [slow]);

    await expect(bulks.execute(slow, undefined, options)).rejects.toMatchObject({ code: 'WORKFLOW_TIMEOUT' });
    await app.close();
  });

  it('is refused by its service where it is none, with what to do', async () => {
    const { app, bulks, repricing } = await application();

    for (const given of [null, undefined, {}, { name: 'x', version: 1 }, Repricing])
      expect(() => {
        bulks.register(given as never);
      }).toThrow(/BulkService\.register was given .*, which is no bulk\. Give it what bulk/);
    expect(() => bulks.diagram(repricing.bulk, 'svg' as never)).toThrow(/format of diagram/);
    expect(() => bulk('b', { source: () => [1], process: nothing, timeout: 0 })).toThrow(/timeout of bulk "b"/);
    await app.close();
  });

  it('that is none is refused by its name', async () => {
    const { app, bulks } = await application();

    expect(() => bulks.get('unknown')).toThrow(/unknown/);
    await app.close();
  });

  it('has what the module says where it says nothing itself, in memory and durably', async () => {
    const given = { source: () => rows(6).source(), process: nothing };
    const [plain, own] = [bulk('plain', given), bulk('own', { ...given, batchSize: 3, retryDelay: undefined })];
    const { app, bulks } = await application({ bulk: { batchSize: 2 } }, [plain, own]);
    const batches = async (reference: typeof plain, id?: string) =>
      (await bulks.execute(reference, undefined, id === undefined ? {} : { id })).totalBatches;

    expect([await batches(plain), await batches(plain, 'p-1')]).toEqual([3, 3]);
    expect([await batches(own), await batches(own, 'o-1')]).toEqual([2, 2]);
    expect([bulks.diagram(plain), bulks.diagram('own', 'dot')]).toEqual([
      expect.stringContaining('batches of 2'),
      expect.stringContaining('batches of 3'),
    ]);
    await app.close();
    // Of another application, and of none.
    const other = await application({ bulk: { batchSize: 1 } }, [plain]);
    expect(await other.bulks.execute(plain)).toMatchObject({ totalBatches: 6 });
    await other.app.close();
    expect(plain.toDot()).toContain('batches of 10');
  });

  it('takes its settings from the module where they are injected, and the module refuses bad ones by name', async () => {
    const { app } = await application({ bulk: { batchSize: 200 } });
    const config = app.get(BulkOperationConfig);

    expect(config).toMatchObject({ batchSize: 200, maxConcurrency: 5 });
    expect(new BulkOperation(config).config.batchSize).toBe(200);
    await app.close();
    await expect(application({ bulk: { batchSize: 0 } })).rejects.toThrow(/"bulk\.batchSize" has the value 0/);
  });
});

/** One turn of the event loop. */
function setTurn(callback: () => void): void {
  setImmediate(callback);
}
