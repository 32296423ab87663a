import { BenchProcess } from '../harness/child.mjs';
import { show, showSpread, spread } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';

const INSTANCES = 1_000;

/** Instances that a process held when it was killed behind their second step of five: from its restart until all have ended. */
export default async function recovery({ library, rounds, print, record, settings }) {
  const times = [];
  const starts = [];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    const server = await startServer(settings);
    try {
      const { totalMs, startMs } = await recover(library, server);
      times.push(totalMs);
      starts.push(startMs);
    } finally {
      await server.stop();
    }
  }
  record({ row: 'recovery', instances: INSTANCES, totalMs: spread(times), startMs: spread(starts) });
  print('| what | ms, start of the process included | of it until the engine is ready | bar |');
  print('|---|--:|--:|---|');
  print(
    `| ${show(INSTANCES)} instances after kill -9 | ${showSpread(spread(times))} | ${showSpread(spread(starts))} | 10,000 within 2,000 |`,
  );
}

async function recover(library, server) {
  const holder = new BenchProcess('engine-process', library, server.url, 'holder');
  await holder.hear(({ ready }) => ready);
  let holding = 0;
  const allHold = new Promise((resolve) => {
    holder.onMessage((message) => {
      if (message.holding && (holding += 1) === INSTANCES) resolve();
    });
  });
  const ids = Array.from({ length: INSTANCES }, (_, index) => `stopping-${index}`);
  holder.send({ start: true, workflow: 'stopping', ids });
  await allHold;
  await holder.kill();

  const restartedAt = performance.now();
  const successor = new BenchProcess('engine-process', library, server.url, 'successor');
  const ready = successor.hear((message) => message.ready).then(() => performance.now() - restartedAt);
  for (;;) {
    const { rows } = await server.query(
      `SELECT count(*)::int4 AS done FROM workflow_instances WHERE status = 'completed'`,
    );
    if (rows[0].done === INSTANCES) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const totalMs = performance.now() - restartedAt;
  const startMs = await ready;
  await successor.kill();

  return { totalMs, startMs };
}
