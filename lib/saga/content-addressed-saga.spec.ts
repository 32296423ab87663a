import { VirtualClock } from '../core/time/index.js';
import {
  ContentAddressedSaga,
  ContentAddressedStage,
  isSagaError,
  SagaState,
  type ContentAddressedSagaOptions,
  type ContentCheckpointEntry,
} from './index.js';

class WatchedSaga extends ContentAddressedSaga<Record<string, unknown>> {
  readonly warnings: unknown[] = [];

  protected override onStoreFailure(error: unknown): void {
    this.warnings.push(error);
  }
}

/** A model that is asked, and what it was asked. */
class Model {
  readonly asked: unknown[] = [];

  stage(name = 'embed', version = 'v1', config?: Record<string, unknown>) {
    return new ContentAddressedStage(name, (inputs: unknown) => this.answer(inputs), version, config);
  }

  async answer(inputs: unknown): Promise<unknown> {
    this.asked.push(inputs);
    await Promise.resolve();
    return { vector: JSON.stringify(inputs).length };
  }
}

describe('ContentAddressedSaga', () => {
  let kept: Map<string, ContentCheckpointEntry>;
  let model: Model;
  const sagaOf = (options: ContentAddressedSagaOptions = {}) => new WatchedSaga('document-7', kept, options);
  const run = async (stage: ContentAddressedStage, options?: ContentAddressedSagaOptions, input = { text: 'tea' }) => {
    const saga = sagaOf(options);
    saga.addStage(stage);
    await saga.execute({ input });
    return saga;
  };

  beforeEach(() => {
    kept = new Map();
    model = new Model();
  });

  it('makes an answer once for the same stage, tenant, inputs, version of the handler and settings', async () => {
    await run(model.stage());
    const saga = await run(model.stage());

    expect(model.asked).toEqual([{ text: 'tea' }]);
    expect(saga.state).toBe(SagaState.COMPLETED);
    expect(saga.getId()).toBe('document-7');
    expect(saga.stages.map(({ stageId }) => stageId)).toEqual(['embed']);
  });

  it('makes another one where any of them differs', async () => {
    await run(model.stage());
    await run(model.stage('embed2'));
    await run(model.stage(), { tenantId: 'acme' });
    await run(model.stage(), {}, { text: 'coffee' });
    await run(model.stage('embed', 'v2'));
    await run(model.stage('embed', 'v1', { model: 'small' }));

    expect(model.asked).toHaveLength(6);
    expect(kept.size).toBe(6);
  });

  it('knows inputs and settings whatever the order of their keys, and names that have a bar in them', () => {
    const stage = new ContentAddressedStage('a|b', () => 1, 'v1', { x: 1, y: 2 });
    const same = new ContentAddressedStage('a|b', () => 2, 'v1', { y: 2, x: 1 });

    expect(stage.keyOf({ p: 1, q: 2 }, 'c')).toBe(same.keyOf({ q: 2, p: 1 }, 'c'));
    expect(stage.keyOf({}, 'c')).toMatch(/^a%7Cb\|c\|[\w-]{22}\|[\w-]{22}$/);
  });

  it('hands each stage the input and the answers before it, or what it says itself', async () => {
    const saga = sagaOf();
    saga.addStage(model.stage('embed'));
    saga.addStage(model.stage('index'));
    saga.addStage(
      new ContentAddressedStage('tell', (id: number) => model.answer(id), 'v1', {
        inputs: ({ results }) => results.embed as number,
      }),
    );

    await saga.execute({ input: { text: 'tea' } });

    expect(model.asked).toEqual([{ text: 'tea' }, { text: 'tea', embed: { vector: 14 } }, { vector: 14 }]);
  });

  it('answers what JSON brings back, first and later', async () => {
    const stage = new ContentAddressedStage('now', () => ({ at: new Date(0), nothing: undefined }), 'v1');
    const silent = new ContentAddressedStage('silent', () => undefined, 'v1');

    for (const _ of [1, 2]) {
      expect(await sagaOf().runStage(stage, {})).toEqual({ at: '1970-01-01T00:00:00.000Z' });
      expect(await sagaOf().runStage(silent, {})).toBeUndefined();
    }
  });

  it('is asked once for the same at one time, also by other sagas of the same store', async () => {
    await Promise.all([run(model.stage()), run(model.stage()), run(model.stage('embed', 'v2'))]);

    expect(model.asked).toHaveLength(2);
  });

  it('fails with those who wait when making it fails, and keeps nothing', async () => {
    const stage = new ContentAddressedStage(
      'embed',
      (): Promise<unknown> => Promise.reject(new TypeError('busy')),
      'v1',
    );

    const ends = await Promise.allSettled([run(stage), run(stage)]);

    for (const end of ends) expect(isSagaError((end as PromiseRejectedResult).reason)).toBe(true);
    expect(kept.size).toBe(0);
  });

  it('makes it itself when the one it waits for was cancelled', async () => {
    const stop = new AbortController();
    let release: (() => void) | undefined;
    let made = 0;
    const stage = new ContentAddressedStage(
      'embed',
      async (_: unknown, step) => {
        if (++made > 1) return made;
        await new Promise<void>((resolve) => (release = resolve));
        step?.signal.throwIfAborted();
        return made;
      },
      'v1',
    );
    const first = sagaOf();
    first.addStage(stage);
    const cancelled = first.execute({ signal: stop.signal }).catch((error: unknown) => error);
    while (release === undefined) await Promise.resolve();
    const second = sagaOf().runStage(stage, {});

    stop.abort();
    release();

    expect(await cancelled).toMatchObject({ code: 'WORKFLOW_CANCELLED' });
    expect(await second).toBe(2);
  });

  it('does not wait for what was given up: the next attempt makes it, and so does whoever waits', async () => {
    let release: (answer: string) => void = () => undefined;
    const made: string[] = [];
    const hanging = new Promise<string>((resolve) => (release = resolve));
    const handler = (): unknown => {
      made.push('asked');
      return made.length === 1 ? hanging : 'prompt';
    };
    const first = sagaOf();
    first.addStage(new ContentAddressedStage('embed', handler, 'v1', { timeout: 0.01, maxRetries: 1, retryDelay: 0 }));
    const ended = first.execute({ input: { text: 'tea' } });
    while (made.length === 0) await Promise.resolve();
    const other = run(new ContentAddressedStage('embed', handler, 'v1'));

    await Promise.all([ended, other]);
    release('late');
    await hanging;
    await run(model.stage());

    expect(made).toHaveLength(2);
    expect(model.asked).toEqual([]);
    expect([...kept.values()].map(({ json }) => json)).toEqual(['"prompt"']);
  });

  it('believes an answer for a day, or for as long as it is told', async () => {
    const clock = new VirtualClock();
    await run(model.stage(), { clock });
    await clock.advance(86_399_000);
    await run(model.stage(), { clock });
    expect(model.asked).toHaveLength(1);

    await clock.advance(1_000);
    await run(model.stage(), { clock });
    expect(model.asked).toHaveLength(2);

    await clock.advance(10_000);
    await run(model.stage(), { clock, ttl: '10s' });
    expect(model.asked).toHaveLength(3);
  });

  it('tells the store how long an answer is good', async () => {
    const told: unknown[] = [];
    const store = {
      get: () => undefined,
      delete: () => undefined,
      set: (...given: unknown[]) => void told.push(given[2]),
    };

    await new ContentAddressedSaga('a', store).runStage(model.stage(), {});

    expect(told).toEqual([86_400_000]);
  });

  describe('with a blob store', () => {
    const blobs = new Map<string, Uint8Array>();
    const blobStore = {
      upload: (path: string, data: Uint8Array) => void blobs.set(path, data),
      download: (path: string) => blobs.get(path),
    };
    const text = (length: number) => new ContentAddressedStage('text', () => 'x'.repeat(length), 'v1');

    it('keeps there what is larger than a mebibyte as JSON, and no more than a reference beside it', async () => {
      await sagaOf({ blobStore }).runStage(text(1_048_574), { size: 1 });
      expect(blobs.size).toBe(0);

      await sagaOf({ blobStore }).runStage(text(1_048_575), { size: 2 });
      expect(blobs.size).toBe(1);
      expect([...kept.values()].at(-1)).toEqual({
        blobRef: [...blobs.keys()][0],
        sizeBytes: 1_048_577,
        handlerVersion: 'v1',
        completedAt: expect.any(Number) as number,
      });
      const answer = await sagaOf({ blobStore }).runStage(text(0), { size: 2 });
      expect(answer).toHaveLength(1_048_575);
    });

    it('makes an answer again whose blob is gone', async () => {
      await sagaOf({ blobStore, inlineThresholdBytes: 5 }).runStage(text(10), {});
      blobs.clear();

      expect(await sagaOf({ blobStore, inlineThresholdBytes: 5 }).runStage(text(3), {})).toBe('xxx');
    });
  });

  it('goes on without a checkpoint store that fails, and says so', async () => {
    const store = { get: () => Promise.reject(new Error('gone')), set: () => undefined, delete: () => undefined };
    const saga = new WatchedSaga('a', store);
    saga.addStage(model.stage());

    await saga.execute();

    expect(saga.warnings).toEqual([new Error('gone')]);
  });

  it('undoes its stages when a later one fails, and does not believe what was undone', async () => {
    const undone: unknown[] = [];
    const failing = () => {
      const saga = sagaOf();
      saga.addStage(
        new ContentAddressedStage(
          'embed',
          (inputs) => model.answer(inputs),
          'v1',
          {},
          (answer) => undone.push(answer),
        ),
      );
      saga.addStage(new ContentAddressedStage('publish', () => Promise.reject(new Error('no')), 'v1'));
      return saga.execute({ input: { text: 'tea' } });
    };

    await expect(failing()).rejects.toThrow('Step "publish" of the saga failed: no');
    expect(undone).toEqual([{ vector: 14 }]);
    expect(kept.size).toBe(0);
    await expect(failing()).rejects.toThrow('no');
    expect(model.asked).toHaveLength(2);
  });

  it('refuses inputs that JSON would change, a stage without a version, and a store that is none', async () => {
    await expect(sagaOf().runStage(model.stage(), { at: NaN })).rejects.toThrow('inputs of stage "embed".at');
    expect(() => new ContentAddressedStage('a', () => 1, '')).toThrow('no version of its handler');
    expect(() => new ContentAddressedSaga('a', {} as never)).toThrow('has no method get');
    expect(() => sagaOf({ ttl: -1 })).toThrow('ttl of saga "document-7"');
    expect(() => new ContentAddressedStage('a', () => 1, 'v1', {}, null, { timeuot: 1 } as object)).toThrow('timeuot');
  });
});
