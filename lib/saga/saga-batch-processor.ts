import { readOptional } from '../core/definition/index.js';
import { ContextUsageError, describeValue, WorkflowDefinitionError } from '../core/errors/index.js';
import {
  callback,
  knownOptions,
  refuseUnknownOptions,
  requireMethods,
  text,
  wholeNumber,
} from '../core/options/index.js';
import { ConcurrencyLimiter } from '../core/policies/index.js';
import { fingerprint } from '../core/serialization/index.js';
import type { AbstractSaga } from './abstract-saga.js';
import { JournalSagaStore } from './journal-saga.store.js';
import { readSnapshot } from './saga-snapshot-reader.js';
import { SagaState } from './saga-state.js';
import type { SagaSnapshot, SagaStore } from './saga.store.js';

/** @publicApi */
export interface SagaBatchProcessorOptions {
  /** How many sagas are executed before it is noted how far they are. @default 50 */
  readonly batchSize?: number;
  /** How many sagas of a batch run at one time. @default 1 */
  readonly maxConcurrency?: number;
  /** Told of each saga that has failed, and was undone; the others go on. @default nobody: each saga tells its state */
  readonly onFailure?: (saga: AbstractSaga, error: unknown, index: number) => unknown;
}

const OPTIONS = knownOptions<SagaBatchProcessorOptions>({ batchSize: true, maxConcurrency: true, onFailure: true });

const METHODS = 'save(id, snapshot), load(id) and delete(id): a SagaStore';

/** How far a row of sagas is. */
interface Progress {
  /** How many are done. */
  readonly lastIndex: number;
  /** The ids of those that are done, as one fingerprint. */
  readonly ids: string;
}

const NOTHING_DONE: Progress = { lastIndex: 0, ids: '' };

/**
 * Executes many sagas, batch by batch, and notes after each batch in a store how far it is: the same call goes on there, also after a
 * crash. Of a batch that was cut short, a saga with a store of its own goes on by itself; one without is executed again.
 *
 * @example
 * const processor = new SagaBatchProcessor(store, { batchSize: 50 });
 * await processor.processBatch(orders.map((order) => new OrderSaga(order)), 'migration-7');
 *
 * @publicApi
 */
export class SagaBatchProcessor {
  readonly batchSize: number;
  private readonly maxConcurrency: number;
  private readonly onFailure: SagaBatchProcessorOptions['onFailure'];

  /** @throws WorkflowOptionsError; WorkflowDefinitionError for a store that it cannot write */
  constructor(
    private readonly store: Pick<SagaStore, 'save' | 'load' | 'delete'>,
    batchSize?: number | SagaBatchProcessorOptions,
    more?: SagaBatchProcessorOptions,
  ) {
    const options = readOptional<SagaBatchProcessorOptions>(['batchSize'], [batchSize, more]);
    refuseUnknownOptions(options, OPTIONS, 'SagaBatchProcessor');
    this.batchSize = wholeNumber(options.batchSize, 50, 'batchSize of SagaBatchProcessor');
    this.maxConcurrency = wholeNumber(options.maxConcurrency, 1, 'maxConcurrency of SagaBatchProcessor');
    this.onFailure = callback(options.onFailure, 'onFailure of SagaBatchProcessor', '(saga, error, index)');
    requireMethods(store ?? {}, ['save', 'load', 'delete'], 'store of SagaBatchProcessor', METHODS);
    if (store instanceof JournalSagaStore)
      throw new WorkflowDefinitionError(
        'SagaBatchProcessor was given the store of the journal, which only the engine writes. Give it a SagaStore of your own to note in how far it is.',
      );
  }

  /**
   * Executes sagas in their order. One that fails is undone, and the next goes on.
   *
   * @param batchId Names this row of sagas in the store: the same id passes over those that were done before.
   * @returns how many sagas this call has executed.
   * @throws WorkflowDefinitionError for what is no saga; ContextUsageError when those that were done before are others; what stops a saga that has not ended, such as its store.
   */
  async processBatch(sagas: Iterable<AbstractSaga> | AsyncIterable<AbstractSaga>, batchId: string): Promise<number> {
    if (text(batchId, 'batchId of processBatch') === undefined)
      throw new ContextUsageError(
        'processBatch needs a batchId, under which it notes how far it is. Give a name for this row of sagas.',
      );
    const { [Symbol.iterator]: each, [Symbol.asyncIterator]: next } = Object(sagas) as Record<symbol, unknown>;
    if (typeof sagas !== 'object' || (typeof each !== 'function' && typeof next !== 'function'))
      throw new WorkflowDefinitionError(
        `processBatch was given ${describeValue(sagas)} for the batch "${batchId}". Give it an array, an iterable or an async iterable of sagas.`,
      );
    const before = await this.load(batchId);
    let { lastIndex, ids } = NOTHING_DONE;
    let batch: AbstractSaga[] = [];
    const finish = async (): Promise<void> => {
      await this.executeAll(batch, lastIndex);
      for (const saga of batch) ids = linkOf(ids, saga);
      lastIndex += batch.length;
      batch = [];
      await this.save(batchId, { lastIndex, ids });
    };
    for await (const saga of sagas) {
      if (typeof saga?.execute !== 'function')
        throw new WorkflowDefinitionError(
          `The item ${lastIndex + batch.length} of the batch "${batchId}" is no saga. Give objects of classes that extend AbstractSaga.`,
        );
      if (lastIndex < before.lastIndex) {
        ids = linkOf(ids, saga);
        lastIndex++;
        if (lastIndex === before.lastIndex && ids !== before.ids) throw changed(batchId, before);
        continue;
      }
      batch.push(saga);
      if (batch.length === this.batchSize) await finish();
    }
    if (lastIndex < before.lastIndex) throw changed(batchId, before);
    if (batch.length > 0) await finish();
    return lastIndex - before.lastIndex;
  }

  /** Forgets how far a row of sagas is, so that it begins from scratch. */
  async clearCheckpoint(batchId: string): Promise<void> {
    await this.store.delete(keyOf(batchId));
  }

  /** Waits for all, also when one of them could not be brought to an end. */
  private async executeAll(batch: readonly AbstractSaga[], first: number): Promise<void> {
    const limiter = new ConcurrencyLimiter(this.maxConcurrency);
    const ends = await Promise.allSettled(
      batch.map((saga, place) => limiter.run(() => this.execute(saga, first + place))),
    );
    const stopped = ends.find((end) => end.status === 'rejected');
    if (stopped !== undefined) throw stopped.reason;
  }

  private async execute(saga: AbstractSaga, index: number): Promise<void> {
    try {
      await saga.execute();
    } catch (error) {
      if (saga.state !== SagaState.FAILED) throw error;
      await this.onFailure?.(saga, error, index);
    }
  }

  private async load(batchId: string): Promise<Progress> {
    const stored = readSnapshot(keyOf(batchId), await this.store.load(keyOf(batchId)));
    const result = stored?.completed?.find(({ name }) => name === 'batches')?.result;
    return (result as Progress | undefined) ?? NOTHING_DONE;
  }

  /** As a saga whose only step is what its batches have done: any store of sagas keeps it. */
  private async save(batchId: string, progress: Progress): Promise<void> {
    const completed = [{ name: 'batches', result: progress }];
    const facts = { version: 1, compensated: [], compensationErrors: [] };
    const snapshot: SagaSnapshot = { ...facts, state: SagaState.RUNNING, completed };
    await this.store.save(keyOf(batchId), snapshot);
  }
}

function keyOf(batchId: string): string {
  return `${batchId}:checkpoint`;
}

function linkOf(ids: string, saga: AbstractSaga): string {
  return fingerprint([ids, saga.getId()]);
}

function changed(batchId: string, { lastIndex }: Progress): ContextUsageError {
  return new ContextUsageError(
    `The first ${lastIndex} sagas of the batch "${batchId}" are not those that were done before. Give the same sagas in the same order, or call clearCheckpoint("${batchId}") to begin anew.`,
  );
}
