import { createBenchEngine, chain } from '../harness/engine.mjs';
import { show } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';

const SECONDS = 20;

/** What a worker that has nothing to do asks of the database, with the default settings. */
export default async function idle({ library, print, record, report, settings }) {
  const server = await startServer(settings);
  try {
    const bench = await createBenchEngine(library, server.url, [chain(3)]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const before = await server.reading();
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
    const after = await server.reading();
    const perSecond = (after.statements - before.statements) / SECONDS;
    record({ row: 'idle', perSecond, commits: after.commits - before.commits });
    report({
      row: 'idle',
      what: 'worker with nothing to do',
      contender: 'engine',
      figure: perSecond,
      unit: 'statements/s',
      bar: { of: 'figure', atMost: 1 },
    });
    print('| what | statements/s | bar |');
    print('|---|--:|---|');
    print(`| idle worker | ${show(perSecond)} | ≤ 1 |`);
    await bench.close();
  } finally {
    await server.stop();
  }
}
