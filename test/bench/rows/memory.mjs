import { createMemoryEngine, chain } from '../harness/engine.mjs';
import { median, show, showSpread, spread } from '../harness/figures.mjs';
import { load } from '../harness/library.mjs';
import { cpuOf, takeTurns } from '../harness/turns.mjs';

const CASES = [
  { name: 'chain of 1,000', steps: 1_000, instances: 1 },
  { name: '100 × chain of 100', steps: 100, instances: 100 },
  { name: '1,000 × chain of 5', steps: 5, instances: 1_000 },
];

/** Enough for the compiler to be done with it after some turns. */
const STEPS_OF_A_TURN = 20_000;

/** What a step of a code-first workflow adds to a bare await: without a journal, and on the memory store. */
export default async function memory({ libraries, rounds, print, record, report }) {
  print('| case | contender | CPU µs per step | more than a bare await |\n|---|---|--:|--:|');
  for (const { name: what, steps, instances } of CASES) {
    const contenders = [{ name: 'bare await', run: () => bareAwaits(steps, instances) }];
    for (const { name, folder } of libraries) contenders.push(...(await ownContenders(folder, name, steps, instances)));
    const times = Math.ceil(STEPS_OF_A_TURN / (steps * instances));
    const turns = await takeTurns(
      contenders,
      { rounds: rounds * 2, warmups: 4 },
      async ({ run }) => (await cpuOf(() => again(run, times))) / (steps * instances * times),
    );
    const bare = median(turns[0]);
    for (const [index, { name, atMost, close }] of contenders.entries()) {
      const us = spread(turns[index]);
      const overhead = us.median - bare;
      record({ row: 'memory', what, contender: name, us, overhead });
      print(`| ${what} | ${name} | ${showSpread(us)} | ${show(overhead)} |`);
      const line = { row: 'memory', what, contender: name };
      if (atMost === undefined) report({ ...line, figure: us, unit: 'CPU µs per step' });
      else
        report({
          ...line,
          figure: overhead,
          unit: 'µs per step more than a bare await',
          bar: { of: 'figure', atMost },
        });
      await close?.();
    }
  }
}

async function ownContenders(folder, name, steps, instances) {
  const workflow = chain(steps);
  const { executeInMemory, standaloneServices } = await load(folder, 'core/execution/index.js');
  const services = standaloneServices();
  const bench = await createMemoryEngine(folder, [workflow]);
  const all = (run) => () => Promise.all(Array.from({ length: instances }, run));

  return [
    { name: `${name}, no journal`, atMost: 0.4, run: all(() => executeInMemory(workflow, undefined, services)) },
    // By default a step is tried up to three times, which is most of the difference.
    {
      name: `${name}, no journal, retry: false`,
      run: all(() => executeInMemory({ ...workflow, retry: false }, undefined, services)),
    },
    {
      name: `${name}, memory store`,
      atMost: 4,
      run: all(() => bench.client.startAndWait(workflow)),
      close: () => bench.close(),
    },
  ];
}

async function again(run, times) {
  for (let time = 0; time < times; time += 1) await run();
}

/** As the chain has them: a function is called, and what it answers awaited. */
async function bareAwaits(steps, instances) {
  let last = 0;
  for (let instance = 0; instance < instances; instance += 1)
    for (let number = 1; number <= steps; number += 1) last = await number;

  return last;
}
