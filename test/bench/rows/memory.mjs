import { median, show, showSpread, spread } from '../harness/figures.mjs';
import { chain, createMemoryEngine } from '../harness/engine.mjs';

const CASES = [
  { name: 'chain of 1,000', steps: 1_000, instances: 1 },
  { name: '100 × chain of 100', steps: 100, instances: 100 },
  { name: '1,000 × chain of 5', steps: 5, instances: 1_000 },
];

/** A step of a code-first workflow on the memory store, beside a bare await. */
export default async function memory({ libraries, rounds, print, record }) {
  print('| case | contender | µs per step | × bare await | bar |');
  print('|---|---|--:|--:|--:|');
  for (const { name, steps, instances } of CASES) {
    const workflow = chain(steps);
    const contenders = [{ name: 'bare await', run: () => bareAwaits(steps, instances) }];
    for (const library of libraries) {
      const bench = await createMemoryEngine(library.folder, [workflow]);
      contenders.push({
        name: library.name,
        run: () => Promise.all(Array.from({ length: instances }, () => bench.client.startAndWait(workflow))),
        close: () => bench.close(),
      });
    }
    const times = contenders.map(() => []);
    for (let round = -1; round < rounds; round += 1) {
      for (const [index, contender] of contenders.entries()) {
        const cpu = process.cpuUsage();
        await contender.run();
        const { user, system } = process.cpuUsage(cpu);
        // The first round only warms up.
        if (round >= 0) times[index].push((user + system) / (steps * instances));
      }
    }
    for (const [index, contender] of contenders.entries()) {
      const us = spread(times[index]);
      const ratio = us.median / median(times[0]);
      record({ row: 'memory', case: name, contender: contender.name, rounds, cpuUs: us, ratio });
      print(`| ${name} | ${contender.name} | ${showSpread(us)} | ${show(ratio)} | ${index === 0 ? '' : '4 µs'} |`);
      await contender.close?.();
    }
  }
}

async function bareAwaits(steps, instances) {
  for (let instance = 0; instance < instances; instance += 1) for (let step = 0; step < steps; step += 1) await step;
}
