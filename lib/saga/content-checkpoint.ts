import { WorkflowDefinitionError } from '../core/errors/index.js';
import { fromJson, toJson } from '../core/serialization/index.js';
import type { Clock } from '../core/time/index.js';

/** What a stage answered, as it is kept: either here or in the blob store. Plain data. @publicApi */
export interface ContentCheckpointEntry {
  /** The answer as JSON. */
  readonly json?: string;
  /** Where the blob store has it. */
  readonly blobRef?: string;
  /** Milliseconds since the epoch. */
  readonly completedAt: number;
  readonly handlerVersion: string;
  readonly sizeBytes: number;
}

/** Where answers are kept by what they were made of; `cache-manager`, Keyv and a `Map` fit. @publicApi */
export interface ContentCheckpointStore {
  get(key: string): unknown;
  /** @param ttlMs How long it is worth keeping, milliseconds. */
  set(key: string, entry: ContentCheckpointEntry, ttlMs?: number): unknown;
  delete(key: string): unknown;
}

/** Where large answers are kept. @publicApi */
export interface ContentBlobStore {
  upload(path: string, data: Uint8Array, contentType: string): unknown;
  /** The data; nothing when it is gone. */
  download(path: string): Uint8Array | string | null | undefined | PromiseLike<Uint8Array | string | null | undefined>;
}

/** @internal */
export interface ContentCheckpointsOptions {
  readonly store: ContentCheckpointStore;
  readonly blobStore: ContentBlobStore | undefined;
  readonly inlineThresholdBytes: number;
  readonly ttlMs: number;
  readonly clock: Clock;
  /** Told when a store has failed: the work is done all the same. */
  onFailure(error: unknown): void;
}

/** How the making of an answer has ended. */
type Landing = { readonly json: string | undefined } | { readonly error: unknown; readonly isStopped: boolean };

/** What is being made in this process, by the store that it is made for. */
const FLIGHTS = new WeakMap<ContentCheckpointStore, Map<string, Promise<Landing>>>();

/** How an answer is made that is not kept. @internal */
export interface Making {
  readonly handlerVersion: string;
  make(): unknown;
  /** Stops what makes it: nobody waits for it any longer, and those who did make it themselves. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Answers by what they were made of. Whoever asks for one that is just being made waits for it, whichever saga makes it.
 *
 * @internal
 */
export class ContentCheckpoints {
  private readonly flights: Map<string, Promise<Landing>>;

  /** @throws WorkflowDefinitionError when there is no store. */
  constructor(private readonly options: ContentCheckpointsOptions) {
    const { store } = options;
    for (const method of ['get', 'set', 'delete'] as const)
      if (typeof store?.[method] !== 'function')
        throw new WorkflowDefinitionError(
          `The checkpoint store of a content-addressed saga has no method ${method}. Give an object with get, set and delete, such as a Map.`,
        );
    this.flights = FLIGHTS.get(store) ?? new Map<string, Promise<Landing>>();
    FLIGHTS.set(store, this.flights);
  }

  /** The answer that is kept under a key, or that is made now. @throws what makes it throws. */
  async through(key: string, making: Making): Promise<unknown> {
    for (;;) {
      const underWay = this.flights.get(key);
      const landing = await (underWay ?? this.takeOff(key, making));
      if (!('error' in landing)) return landing.json === undefined ? undefined : fromJson(landing.json);
      if (underWay === undefined || !landing.isStopped) throw landing.error;
    }
  }

  /** Forgets an answer: what it tells of was undone. */
  async forget(key: string): Promise<void> {
    await this.tried(() => this.options.store.delete(key));
  }

  private takeOff(key: string, making: Making): Promise<Landing> {
    const { signal } = making;
    const made = this.findOrMake(key, making).then(
      (json) => ({ json }),
      (error: unknown) => ({ error, isStopped: signal?.aborted === true }),
    );
    const flight = signal === undefined ? made : Promise.race([made, stopOf(signal)]);
    this.flights.set(key, flight);
    return flight.finally(() => this.flights.delete(key));
  }

  private async findOrMake(key: string, making: Making): Promise<string | undefined> {
    const kept = await this.find(key);
    if (kept !== undefined) return kept.json;
    const answer = await making.make();
    const json = answer === undefined ? undefined : toJson(answer, 'answer');
    // Its stage may have been undone meanwhile.
    if (making.signal?.aborted !== true) await this.keep(key, making.handlerVersion, json);
    return json;
  }

  private async find(key: string): Promise<{ readonly json: string | undefined } | undefined> {
    const { store, blobStore, clock, ttlMs } = this.options;
    const entry = (await this.tried(() => store.get(key))) as Partial<ContentCheckpointEntry> | null | undefined;
    // A store that lets nothing expire is not believed either.
    if (typeof entry?.completedAt !== 'number' || clock.now() - entry.completedAt >= ttlMs) return undefined;
    const { json, blobRef } = entry;
    if (blobRef === undefined) return { json };
    const data = await this.tried(() => blobStore?.download(blobRef));
    if (typeof data === 'string') return { json: data };
    return data instanceof Uint8Array ? { json: new TextDecoder().decode(data) } : undefined;
  }

  private async keep(key: string, handlerVersion: string, json: string | undefined): Promise<void> {
    const { store, blobStore, clock, ttlMs, inlineThresholdBytes } = this.options;
    const data = new TextEncoder().encode(json ?? '');
    const facts = { completedAt: clock.now(), handlerVersion, sizeBytes: data.length };
    await this.tried(async () => {
      if (json === undefined) return store.set(key, facts, ttlMs);
      if (data.length <= inlineThresholdBytes || blobStore === undefined)
        return store.set(key, { json, ...facts }, ttlMs);
      const blobRef = `checkpoints/${key.replaceAll('|', '/')}.json`;
      await blobStore.upload(blobRef, data, 'application/json');
      return store.set(key, { blobRef, ...facts }, ttlMs);
    });
  }

  /** A store that fails harms nothing but this: the answer is made, or made again. */
  private async tried(call: () => unknown): Promise<unknown> {
    try {
      return await call();
    } catch (error) {
      this.options.onFailure(error);
      return undefined;
    }
  }
}

/** Comes when a signal is aborted, and else never. */
function stopOf(signal: AbortSignal): Promise<Landing> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve({ error: signal.reason, isStopped: true });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
