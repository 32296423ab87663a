import { databaseOf } from '../contenders/dbos.mjs';
import { BenchProcess } from '../harness/child.mjs';
import { show, showSpread, spread } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';
import pg from 'pg';

const CASES = [
  { contender: 'engine', instances: 1_000, bar: { of: 'figure', atMost: 2_000 } },
  { contender: 'engine', instances: 10_000, bar: { of: 'figure', atMost: 2_000, goal: 1_500 } },
  { contender: 'DBOS', instances: 1_000, rounds: 1 },
];

/** Instances that a process held when it was killed behind their second step of five: from its restart until all have ended. */
export default async function recovery(context) {
  const { rounds, print, record, report, settings } = context;
  print('| contender | instances | ms, start of the process included | of it until it is ready |\n|---|--:|--:|--:|');
  for (const { contender, instances, bar, rounds: most = 3 } of CASES) {
    if (contender === 'DBOS' && !context.peers) continue;
    await context.piece(`recovery ${contender} ${instances}`, async () => {
      const times = [];
      const starts = [];
      for (let round = 0; round < Math.min(rounds, most); round += 1) {
        const server = await startServer(settings);
        try {
          const kind = contender === 'DBOS' ? await dbos(server) : engine(context.library, server, instances);
          const { totalMs, startMs } = await recover(kind, instances);
          times.push(totalMs);
          starts.push(startMs);
        } finally {
          await server.stop();
        }
      }
      const [total, start] = [spread(times), spread(starts)];
      record({ row: 'recovery', contender, instances, totalMs: total, startMs: start });
      print(`| ${contender} | ${show(instances)} | ${showSpread(total)} | ${showSpread(start)} |`);
      report({
        row: 'recovery',
        what: `${show(instances)} instances after kill -9`,
        contender,
        figure: total,
        unit: 'ms',
        ...(bar && { bar }),
      });
    });
  }
}

/** What there is to do with either: processes, what to tell the first one, and whether all is over. */
function engine(library, server, instances) {
  const worker = { concurrency: instances };
  const ids = Array.from({ length: instances }, (_, index) => `stopping-${index}`);

  return {
    process: (holds) => new BenchProcess('engine-process', library, server.url, JSON.stringify({ holds, worker })),
    start: { start: true, workflow: 'stopping', ids },
    /** By the index that claims go along, so that asking costs the server nothing. */
    async isOver() {
      const { rows } = await server.query(
        `SELECT EXISTS (SELECT 1 FROM workflow_instances WHERE due_at IS NOT NULL AND blocked_on IS NULL) AS open`,
      );

      return !rows[0].open;
    },
    close: () => undefined,
  };
}

async function dbos(server) {
  const url = await databaseOf(server, 'bench_recovery');
  const client = new pg.Client({ connectionString: url });
  await client.connect();

  return {
    process: (holds) => new BenchProcess('dbos-process', url, holds ? 'holder' : 'successor'),
    start: { start: 1_000 },
    async isOver() {
      const { rows } = await client.query(
        `SELECT EXISTS (SELECT 1 FROM dbos.workflow_status WHERE status <> 'SUCCESS') AS open`,
      );

      return !rows[0].open;
    },
    close: () => client.end(),
  };
}

async function recover(kind, instances) {
  const holder = kind.process(true);
  await holder.hear(({ ready }) => ready);
  let holding = 0;
  const allHold = new Promise((resolve) => {
    holder.onMessage((message) => {
      if (message.holding && (holding += 1) === instances) resolve();
    });
  });
  holder.send(kind.start);
  await allHold;
  await holder.kill();

  const restartedAt = performance.now();
  const successor = kind.process(false);
  const ready = successor.hear((message) => message.ready).then(() => performance.now() - restartedAt);
  while (!(await kind.isOver())) await new Promise((resolve) => setTimeout(resolve, 20));
  const totalMs = performance.now() - restartedAt;
  const startMs = await ready;
  await successor.kill();
  await kind.close();

  return { totalMs, startMs };
}
