import { ClassMetadata } from '../../discovery/index.js';
import type { BulkOptions } from '../bulk.definition.js';
import type { BulkItems } from '../batch-source.js';
import type { BulkStepContext } from '../bulk.interpreter.js';

/** What a class with `@BulkWorkflow` does. @publicApi */
export interface BulkRunner<I = unknown, T = unknown, R = unknown> {
  /** Gives the items that an input means: the same items in the same order, each time it is read. */
  source(input: I): BulkItems<T> | PromiseLike<BulkItems<T>>;
  /** Does what is to be done with a batch: at least once, with the same `idempotencyKey` each time. */
  process(items: readonly T[], context: BulkStepContext<I>): readonly R[] | void | PromiseLike<readonly R[] | void>;
}

/** @publicApi */
export type BulkWorkflowOptions = Omit<BulkOptions<unknown, unknown, unknown>, 'source' | 'process'>;

/** What `@BulkWorkflow` records. @internal */
export interface BulkMetadata {
  readonly name: string;
  readonly options: BulkWorkflowOptions;
}

/** @internal */
export const BULK_METADATA = new ClassMetadata<BulkMetadata>('workflow:bulk');

/**
 * Makes a provider a bulk: its method `source` gives the items, and `process` works on a batch of them, with whatever the class injects.
 * It is found when the application starts, and wrong use is refused there. Must be a singleton.
 *
 * @example
 * @BulkWorkflow('recount', { batchSize: 100 })
 * export class RecountBulk implements BulkRunner<string, Sku> {
 *   constructor(private readonly warehouse: Warehouse) {}
 *
 *   source(shelf: string) { return this.warehouse.allSkus(shelf); }
 *
 *   process(skus: readonly Sku[], { input, idempotencyKey }: BulkStepContext<string>) { … }
 * }
 *
 * @publicApi
 */
export function BulkWorkflow(name: string, options: BulkWorkflowOptions = {}) {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- methods are contravariant: nothing narrower accepts every runner
  return (target: abstract new (...args: any[]) => BulkRunner<any, any>): void => {
    BULK_METADATA.record(target, { name, options });
  };
}
