import type { WorkflowLogger } from '../core/lifecycle/index.js';
import type { PipelineContext } from './pipeline-context.js';

/** Where a pipeline that runs in memory keeps what is done; `cache-manager` and Keyv fit. @publicApi */
export interface PipelineCheckpointStore {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  delete(key: string): unknown;
}

interface Checkpoint {
  readonly results: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * What one run of a pipeline has done, in a store of the user's: written after every completed step, cleared after success. Its key has
 * the run's id in it, so that two runs of one pipeline never meet. A store that fails is logged, and the pipeline goes on.
 *
 * @internal
 */
export class PipelineCheckpoint {
  private readonly completed = new Map<string, unknown>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: PipelineCheckpointStore,
    private readonly key: string,
    private readonly logger: WorkflowLogger,
  ) {}

  /** Reads what an earlier run with this id has done. */
  async restore(context: PipelineContext): Promise<void> {
    const found = (await this.tried('read', () => this.store.get(this.key))) as Checkpoint | undefined | null;
    if (found == null) return;
    for (const [path, result] of Object.entries(found.results)) this.completed.set(path, result);
    context.apply({ metadata: found.metadata });
  }

  has(path: string): boolean {
    return this.completed.has(path);
  }

  resultOf(path: string): unknown {
    return this.completed.get(path);
  }

  /** Writes that a step is done; one write after the other, so that the last one has everything. */
  save(path: string, result: unknown, context: PipelineContext): Promise<void> {
    this.completed.set(path, result);
    return (this.last = this.last.then(async () => {
      const { metadata } = context.toJSON();
      const checkpoint: Checkpoint = { results: Object.fromEntries(this.completed), metadata };
      await this.tried('written', () => this.store.set(this.key, checkpoint));
    }));
  }

  async clear(): Promise<void> {
    await this.tried('cleared', () => this.store.delete(this.key));
  }

  private async tried(what: string, call: () => unknown): Promise<unknown> {
    try {
      return await call();
    } catch (error) {
      // The run itself is sound; only a later run with this id would not find what it did.
      this.logger.warn(`The checkpoint of a pipeline could not be ${what}.`, { key: this.key, error: String(error) });
      return undefined;
    }
  }
}
