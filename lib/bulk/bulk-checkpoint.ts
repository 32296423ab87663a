import { fingerprint, toJson } from '../core/serialization/index.js';

/** Where operations keep which of their batches are done; `cache-manager`, Keyv and a `Map` fit. @publicApi */
export interface BulkCheckpointStore {
  get(key: string): unknown;
  /** @param ttlMs How long it is worth keeping, milliseconds. */
  set(key: string, value: unknown, ttlMs?: number): unknown;
  delete(key: string): unknown;
}

const TTL_MS = 24 * 60 * 60_000;

const FIRST_RESERVE = 64;

/**
 * Which batches of an operation are done, each known by its place, its length and a fingerprint of its items: a batch that is another
 * one now, because items or the batch size have changed, is not found, and runs again. A store that fails harms nothing but this.
 *
 * @internal
 */
export class BulkCheckpoint {
  /** Keys below this number may be in use: doubled when it is reached, so that clearing knows an end and saving costs one write. */
  private reserved: Promise<number>;

  constructor(
    private readonly store: BulkCheckpointStore,
    private readonly operationId: string,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.reserved = this.tried(() => store.get(headKey(operationId))).then(countOf);
  }

  static async clear(store: BulkCheckpointStore, operationId: string): Promise<void> {
    const count = countOf(await store.get(headKey(operationId)));
    for (let batchId = 0; batchId < count; batchId++) await store.delete(batchKey(operationId, batchId));
    await store.delete(headKey(operationId));
  }

  /** What tells a batch from any other. @throws WorkflowPayloadError when JSON would lose a part of an item. */
  identify(items: readonly unknown[], position: number): string {
    toJson(items, 'items');
    return `${position}+${items.length} ${fingerprint(items)}`;
  }

  async has(batchId: number, identity: string): Promise<boolean> {
    return (await this.tried(() => this.store.get(batchKey(this.operationId, batchId)))) === identity;
  }

  async save(batchId: number, identity: string): Promise<void> {
    await this.reserve(batchId + 1);
    await this.tried(() => this.store.set(batchKey(this.operationId, batchId), identity, TTL_MS));
  }

  private reserve(count: number): Promise<number> {
    return (this.reserved = this.reserved.then(async (reserved) => {
      if (count <= reserved) return reserved;
      const more = Math.max(FIRST_RESERVE, count * 2);
      await this.tried(() => this.store.set(headKey(this.operationId), more, TTL_MS));
      return more;
    }));
  }

  private async tried(call: () => unknown): Promise<unknown> {
    try {
      return await call();
    } catch (error) {
      this.onFailure(error);
      return undefined;
    }
  }
}

function headKey(operationId: string): string {
  return `bulk:${operationId}`;
}

function batchKey(operationId: string, batchId: number): string {
  return `bulk:${operationId}:${batchId}`;
}

function countOf(stored: unknown): number {
  return typeof stored === 'number' ? stored : 0;
}
