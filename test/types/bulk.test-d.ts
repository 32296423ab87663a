import {
  bulk,
  bulkFilter,
  bulkMap,
  BulkOperation,
  bulkReduce,
  type BulkBatchResult,
  type BulkService,
  type BulkSummary,
} from '../../lib/bulk/index.js';
import type { WorkflowClient, WorkflowContext } from '../../lib/index.js';
import { expectType, type Equal } from './expect-type.js';

declare const client: WorkflowClient;
declare const ctx: WorkflowContext;
declare const service: BulkService;

interface Row {
  readonly sku: string;
}
declare function rows(shop: string): AsyncIterable<Row>;

// An operation's items and results are those of its processor.
const lengths = new BulkOperation({ batchSize: 2 }, (items: readonly string[]) => items.map((item) => item.length));
const _results = lengths.execute(['a']);
expectType<Equal<typeof _results, AsyncIterableIterator<BulkBatchResult<string, number>, undefined>>>();
// @ts-expect-error -- its processor takes strings
lengths.execute([1]);
lengths.execute(new Set(['a']), undefined, 'operation-1');

// A processor of one execution says what that one takes and answers.
const _flags = new BulkOperation().execute([1], (items: readonly number[]) => items.map((item) => item > 0));
expectType<Equal<typeof _flags, AsyncIterableIterator<BulkBatchResult<number, boolean>, undefined>>>();

// @ts-expect-error -- a processor answers an array
new BulkOperation({ processor: () => 1 });
// @ts-expect-error -- there is no such setting
new BulkOperation({ config: { batchsize: 1 } });

// Item by item.
const _mapped = bulkMap([1, 2], (item) => String(item));
expectType<Equal<typeof _mapped, Promise<string[]>>>();
const _mappedLater = bulkMap(rows('north'), async ({ sku }) => sku.length);
expectType<Equal<typeof _mappedLater, Promise<number[]>>>();
const _kept = bulkFilter(rows('north'), async ({ sku }) => sku !== '');
expectType<Equal<typeof _kept, Promise<Row[]>>>();
const _total = bulkReduce(new Set(['a']), (sum, item) => sum + item.length, 0);
expectType<Equal<typeof _total, Promise<number>>>();

// A durable bulk: what it takes is what its source takes, and what is processed is what its source gives.
const reprice = bulk('reprice', {
  source: (shop: string) => rows(shop),
  process: (items, { batchId, idempotencyKey, input }) => {
    expectType<Equal<typeof items, readonly Row[]>>();
    expectType<Equal<typeof input, string>>();
    return items.map(({ sku }) => `${sku} ${batchId} ${input} ${idempotencyKey}`);
  },
  keepResults: true,
});
const _summary = service.execute(reprice, 'north');
expectType<Equal<typeof _summary, Promise<BulkSummary<string>>>>();
// @ts-expect-error -- the source takes the name of a shop
void service.execute(reprice, 7);
void client.start(reprice, 'north');
// @ts-expect-error -- the source takes the name of a shop
void client.start(reprice, 7);
const _inChild = ctx.executeChild(reprice, 'north').then(({ failedItems }) => failedItems);
expectType<Equal<typeof _inChild, Promise<number>>>();
