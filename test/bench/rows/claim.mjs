import { createStore } from '../harness/engine.mjs';
import { quantile, show } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';

const CLAIMS = 200;
const AT_ONCE = 10;
const PRIORITIES = 10;

/** What it takes to claim ten among many that are due, with priorities. */
export default async function claim({ library, print, record, report, settings, piece, size }) {
  const due = size(200_000, 50_000);
  await piece(`claim among ${due}`, async () => {
    const server = await startServer(settings);
    try {
      const { store, close } = await createStore(library, server.url);
      await server.query(
        `INSERT INTO workflow_instances (id, name, input_hash, seed, created_at, version, priority, updated_at, due_at, status)
          SELECT 'due-' || n, 'due', '', '', 0, 1, 100 * (n % ${PRIORITIES}), 0, n, 'pending' FROM generate_series(1, ${due}) AS n`,
      );
      const request = {
        workerId: 'claimer',
        buildId: 'build',
        leaseMs: 60_000,
        definitions: ['due@1'],
        limit: AT_ONCE,
      };
      await store.registerWorker({ ...request, id: 'claimer', heartbeatMs: 60_000 });
      const times = [];
      for (let turn = -20; turn < CLAIMS; turn += 1) {
        const before = performance.now();
        const { claimed } = await store.poll({
          ...request,
          allowSuspect: true,
          maxCrashes: 10,
          mismatchGraceMs: 600_000,
        });
        const ms = performance.now() - before;
        if (claimed.length !== AT_ONCE) throw new Error(`A claim of ${AT_ONCE} took ${claimed.length}.`);
        // The first ones only warm up.
        if (turn >= 0) times.push(ms);
      }
      const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
      record({ row: 'claim', due, p50Ms: p50, p99Ms: p99 });
      print(
        `Claim of ${AT_ONCE} among ${show(due)} due with ${PRIORITIES} priorities: p50 ${show(p50)} ms, p99 ${show(p99)} ms.`,
      );
      const line = { row: 'claim', contender: 'engine', unit: 'ms' };
      report({
        ...line,
        what: `${AT_ONCE} among ${show(due)} due, p50`,
        figure: p50,
        bar: { of: 'figure', atMost: 5 },
      });
      report({ ...line, what: `${AT_ONCE} among ${show(due)} due, p99`, figure: p99 });
      await close();
    } finally {
      await server.stop();
    }
  });
}
