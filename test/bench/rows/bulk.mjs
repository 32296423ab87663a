import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pMap from 'p-map';
import { median, show, showSpread, spread } from '../harness/figures.mjs';
import { load } from '../harness/library.mjs';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const ITEMS = 1_000_000;
const BATCH = 100;
const CONCURRENCY = 5;

const double = (item) => item * 2;
const doubleAll = (batch) => batch.map(double);

/** A million items that do next to nothing: what is left is the price of the operation. */
export default async function bulk({ libraries, rounds, print, record, report }) {
  const items = Array.from({ length: ITEMS }, (_, index) => index);
  const contenders = [
    { name: 'p-map, batches of 100', run: pMapBatches },
    { name: 'p-map, item by item', run: pMapItems },
    ...(await Promise.all(libraries.map(operations))).flat(),
  ];
  const times = contenders.map(() => []);
  for (let round = -2; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + round + 2 * contenders.length) % contenders.length;
      const cpu = process.cpuUsage();
      const count = await contenders[index].run(items);
      const { user, system } = process.cpuUsage(cpu);
      if (count !== ITEMS) throw new Error(`${contenders[index].name} answered ${count} results.`);
      // The first rounds only warm up.
      if (round >= 0) times[index].push((user + system) / 1_000);
    }
  }
  print(
    '| 1,000,000 items | CPU ms | × as fast as p-map in batches | × as fast as p-map item by item | heap at its peak, MB |',
  );
  print('|---|--:|--:|--:|--:|');
  for (const [index, { name, run }] of contenders.entries()) {
    const ms = spread(times[index]);
    const [overBatches, overItems] = [median(times[0]) / ms.median, median(times[1]) / ms.median];
    const heapMb = await peak(run);
    const line = { row: 'bulk', contender: name, figure: ms, unit: 'CPU ms of a million items' };
    const own = name === 'engine: BulkOperation';
    report({
      ...line,
      what: 'batches',
      ratio: overBatches,
      over: 'p-map in batches, speed',
      ...(own && { bar: { of: 'ratio', atLeast: 1 } }),
    });
    if (own)
      report({
        ...line,
        what: 'item by item',
        ratio: overItems,
        over: 'p-map item by item, speed',
        bar: { of: 'ratio', atLeast: 4 },
      });
    record({ row: 'bulk', contender: name, rounds, ms, overBatches, overItems, heapMb });
    print(`| ${name} | ${showSpread(ms)} | ${show(overBatches)} | ${show(overItems)} | ${show(heapMb)} |`);
  }
  print(
    '\nGate of an operation: 1 × p-map in batches, 4 × p-map item by item, and a heap that does not grow with the items.',
  );
}

async function operations({ name, folder }) {
  const { BulkOperation, bulkMap } = await load(folder, 'bulk/index.js');
  const config = { batchSize: BATCH, maxConcurrency: CONCURRENCY };

  return [
    {
      name: `${name}: BulkOperation`,
      async run(items) {
        let count = 0;
        for await (const { results } of new BulkOperation(config, doubleAll).execute(items)) count += results.length;

        return count;
      },
    },
    { name: `${name}: bulkMap`, run: async (items) => (await bulkMap(items, double, config)).length },
  ];
}

async function pMapBatches(items) {
  const batches = await pMap(cut(items), doubleAll, { concurrency: CONCURRENCY });

  return batches.reduce((count, batch) => count + batch.length, 0);
}

async function pMapItems(items) {
  return (await pMap(items, double, { concurrency: CONCURRENCY })).length;
}

function* cut(items) {
  if (Array.isArray(items)) {
    for (let position = 0; position < items.length; position += BATCH) yield items.slice(position, position + BATCH);

    return;
  }
  let batch = [];
  for (const item of items) {
    if (batch.push(item) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** What a run holds at most, of items that come from a generator. */
async function peak(run) {
  gc();
  gc();
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  function* source() {
    for (let item = 0; item < ITEMS; item += 1) {
      if (item % 100_000 === 99_999) {
        gc();
        most = Math.max(most, process.memoryUsage().heapUsed - before);
      }
      yield item;
    }
  }
  await run(source());

  return most / 2 ** 20;
}
