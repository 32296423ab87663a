import { BenchProcess } from '../harness/child.mjs';
import { show, showSpread, spread } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';

const INSTANCES = 1_000;
/** The defaults: a lease, and two polls. */
const [LEASE_MS, POLL_MS] = [10_000, 2_000];

/** Instances of a worker that dies, while another one with an id of its own is alive: until that one has ended them all. */
export default async function takeover({ library, print, record, report, settings, piece, rounds }) {
  await piece('takeover', async () => {
    const times = [];
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      const server = await startServer(settings);
      try {
        times.push(await takeOver(library, server));
      } finally {
        await server.stop();
      }
    }
    const figure = spread(times);
    record({ row: 'takeover', instances: INSTANCES, figure });
    print(`${show(INSTANCES)} instances of a dead worker have ended elsewhere after ${showSpread(figure)} ms.`);
    const bar = { of: 'figure', atMost: LEASE_MS + 2 * POLL_MS + 1_000 };
    report({
      row: 'takeover',
      what: `${show(INSTANCES)} instances of a dead worker, elsewhere`,
      contender: 'engine',
      figure,
      unit: 'ms',
      bar,
    });
  });
}

async function takeOver(library, server) {
  const workerOf = (id) => ({ id, concurrency: INSTANCES, leaseDuration: LEASE_MS, pollInterval: POLL_MS });
  const processOf = (id, holds) =>
    new BenchProcess('engine-process', library, server.url, JSON.stringify({ holds, worker: workerOf(id) }));
  const dying = processOf('dying', true);
  await dying.hear(({ ready }) => ready);
  let holding = 0;
  const allHold = new Promise((resolve) => {
    dying.onMessage((message) => {
      if (message.holding && (holding += 1) === INSTANCES) resolve();
    });
  });
  dying.send({
    start: true,
    workflow: 'stopping',
    ids: Array.from({ length: INSTANCES }, (_, at) => `stopping-${at}`),
  });
  await allHold;
  const other = processOf('other', false);
  await other.hear(({ ready }) => ready);
  // Somewhere between two renewals.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await dying.kill();
  const diedAt = performance.now();
  for (;;) {
    const { rows } = await server.query(
      `SELECT count(*)::int4 AS done FROM workflow_instances WHERE status = 'completed'`,
    );
    if (rows[0].done === INSTANCES) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const tookMs = performance.now() - diedAt;
  await other.kill();

  return tookMs;
}
