import type { WorkflowDefinition } from '../core/definition/index.js';
import { describeValue, WorkflowPayloadError, WorkflowVersionMismatchError } from '../core/errors/index.js';
import type { WorkflowLogger } from '../core/lifecycle/index.js';
import { requireMethods } from '../core/options/index.js';
import type { PipelineContext } from './pipeline-context.js';

/** Where a pipeline that runs in memory keeps what is done; a `Map`, Keyv and the `Cache` of `@nestjs/cache-manager` fit. @publicApi */
export type PipelineCheckpointStore = {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
} & ({ delete(key: string): unknown } | { del(key: string): unknown });

/** @throws WorkflowOptionsError for what cannot keep anything. @internal */
export function requireStore<S extends PipelineCheckpointStore | undefined>(store: S, option: string): S {
  const clearing = store != null && 'del' in store ? 'del' : 'delete';
  return requireMethods(store, ['get', 'set', clearing], option, 'get, set and delete (or del), such as a Map');
}

interface Checkpoint {
  /** Of the pipeline that wrote it. */
  readonly version?: number | null;
  /** The paths of what is done: a store may drop results that are `undefined`. */
  readonly completed: readonly string[];
  readonly results: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

/** What is found of a run is what it has done: were anything else passed over, it would be done once more. */
function readCheckpoint(key: string, found: unknown): Checkpoint {
  const { version, completed, results, metadata } = found as { readonly [K in keyof Checkpoint]?: unknown };
  const refuse = (what: string, value: unknown, wanted: string): never => {
    throw new WorkflowPayloadError({
      path: `The checkpoint "${key}"`,
      reason: `${what} is ${describeValue(value)}, not ${wanted}. Let the store answer what it was given; or delete that key, or give another runId, and the pipeline begins anew.`,
      operation: 'read',
    });
  };
  if (!isObject(found)) refuse('It', found, 'an object');
  if (version != null && !Number.isSafeInteger(version)) refuse('Its version', version, 'an integer');
  if (!Array.isArray(completed) || !completed.every((path) => typeof path === 'string'))
    refuse('What it has as completed', completed, 'a list of names of steps');
  if (!isObject(results)) refuse('What it has as results', results, 'an object');
  if (metadata != null && !isObject(metadata)) refuse('Its metadata', metadata, 'an object');
  return found as Checkpoint;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What one run of a pipeline has done, in a store of the user's: written after every completed step, cleared after success. Its key has
 * the run's id in it, so that two runs of one pipeline never meet. What is undone is not done any more. A store that fails is logged,
 * and the pipeline goes on.
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
    private readonly pipeline: Pick<WorkflowDefinition, 'name' | 'version' | 'isCompatibleWith'>,
  ) {}

  /**
   * Lets a run begin with what an earlier one has done, and clears the checkpoint after success.
   *
   * @throws WorkflowVersionMismatchError for what was done in a version that this one does not take over; WorkflowPayloadError for what is
   * no checkpoint
   */
  async around<T>(context: PipelineContext, run: () => T | Promise<T>): Promise<T> {
    await this.restore(context);
    const outcome = await run();
    const { store, key } = this;
    await this.tried('cleared', () => ('delete' in store ? store.delete(key) : store.del(key)));
    return outcome;
  }

  /** Reads what an earlier run with this id has done. */
  private async restore(context: PipelineContext): Promise<void> {
    const found = await this.tried('read', () => this.store.get(this.key));
    if (found == null) return;
    const { version, completed, results, metadata } = readCheckpoint(this.key, found);
    this.requireVersion(version);
    for (const path of completed) this.completed.set(path, results[path]);
    context.apply({ ...(metadata != null && { metadata }) });
  }

  private requireVersion(found: number | undefined | null): void {
    const { name, version, isCompatibleWith } = this.pipeline;
    if (found == null)
      this.logger.warn('The checkpoint of a pipeline has no version, and is taken for one of this version.', {
        key: this.key,
      });
    else if (found !== version && isCompatibleWith?.(found) !== true)
      throw new WorkflowVersionMismatchError(name, found, version);
  }

  /** The paths of what is done, in the order of completion. */
  get paths(): Iterable<string> {
    return this.completed.keys();
  }

  has(path: string): boolean {
    return this.completed.has(path);
  }

  resultOf(path: string): unknown {
    return this.completed.get(path);
  }

  /** Writes that a step is done. */
  save(path: string, result: unknown, context: PipelineContext): Promise<void> {
    this.completed.set(path, result);
    return this.write(context);
  }

  /** Writes that a step, and what it is a part of, is not done any more. */
  drop(path: string, context: PipelineContext): Promise<void> {
    for (const each of this.completed.keys()) if (`${path}/`.startsWith(`${each}/`)) this.completed.delete(each);
    return this.write(context);
  }

  /** One write after the other, so that the last one has everything. */
  private write(context: PipelineContext): Promise<void> {
    return (this.last = this.last.then(async () => {
      const { metadata } = context.toJSON();
      const checkpoint: Checkpoint = {
        version: this.pipeline.version,
        completed: [...this.completed.keys()],
        results: Object.fromEntries(this.completed),
        metadata,
      };
      await this.tried('written', () => this.store.set(this.key, checkpoint));
    }));
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
