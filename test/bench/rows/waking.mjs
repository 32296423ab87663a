import { BenchProcess } from '../harness/child.mjs';
import pg from 'pg';
import { createBenchEngine } from '../harness/engine.mjs';
import { quantile, show } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';

const SIGNALS = 200;
const now = () => Number(process.hrtime.bigint());
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long it takes until code goes on: after a signal of another process, beside an open transaction, after a retry's pause. */
export default async function waking({ library, print, record, report, settings }) {
  const server = await startServer(settings);
  let worker;
  let sender;
  let raw;
  try {
    raw = await RawWaker.start(server);
    worker = new BenchProcess('engine-process', library, server.url);
    await worker.hear(({ ready }) => ready);
    sender = await createBenchEngine(library, server.url, [retrying], { worker: { id: 'sender' } });
    const ids = ['listener-a', 'listener-b'];
    worker.send({ start: true, workflow: 'listener', ids });
    await worker.hear(({ started }) => started);
    await pause(300);

    print('| what | p50 ms | p99 ms |\n|---|--:|--:|');
    const tell = (what, times, contender, bars = {}) => {
      const figures = { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), samples: times.length };
      record({ row: 'waking', what, ...figures });
      print(`| ${what} | ${show(figures.p50Ms)} | ${show(figures.p99Ms)} |`);
      for (const [name, figure] of [
        ['p50', figures.p50Ms],
        ['p99', figures.p99Ms],
      ]) {
        const bar = bars[name] !== undefined && { bar: { of: 'figure', atMost: bars[name] } };
        report({ row: 'waking', what: `${what}, ${name}`, contender, figure, unit: 'ms', ...bar });
      }
    };

    const [limit, engine] = await signals(worker, sender, raw);
    tell('the limit: INSERT, NOTIFY, UPDATE and SELECT by another process', limit, 'raw');
    tell('signal → resume, other process', engine, 'engine', { p50: 10, p99: 50 });
    tell(
      'signal of B → resume while a transaction holds a signal of A',
      await besideTransaction(worker, sender),
      'engine',
      { p99: 50 },
    );
    tell('end of a 50 ms retry pause, from the failure', await retries(sender), 'engine', { p99: 100 });
  } finally {
    await sender?.close();
    await raw?.stop();
    await worker?.kill();
    await server.stop();
  }
}

async function resumed(worker, sender, id) {
  const heard = worker.hear((message) => message.resumed === id);
  const sentAt = now();
  await sender.client.signalInstance(id, 'go');
  const { at } = await heard;

  return (at - sentAt) / 1e6;
}

async function signals(worker, sender, raw) {
  const limit = [];
  const engine = [];
  for (let count = 0; count < SIGNALS + 20; count += 1) {
    const rawMs = await raw.wake(`${count}`);
    const ms = await resumed(worker, sender, 'listener-a');
    // The first ones only warm up.
    if (count >= 20) limit.push(rawMs);
    if (count >= 20) engine.push(ms);
    // Long enough for the instance to be suspended again.
    await pause(15);
  }

  return [limit, engine];
}

class RawWaker {
  constructor(clients, listener) {
    this.clients = clients;
    this.listener = listener;
  }

  static async start(server) {
    await server.query('CREATE TABLE raw_wake (id text PRIMARY KEY, claimed boolean NOT NULL DEFAULT false)');
    const clients = [0, 1].map(() => new pg.Client({ connectionString: server.url }));
    for (const client of clients) await client.connect();
    const listener = new BenchProcess('raw-listener', server.url);
    await listener.hear(({ ready }) => ready);

    return new RawWaker(clients, listener);
  }

  async wake(id) {
    const [sending, notifying] = this.clients;
    const heard = this.listener.hear((message) => message.resumed === id);
    const sentAt = now();
    await sending.query({ name: 'send', text: 'INSERT INTO raw_wake (id) VALUES ($1)', values: [id] });
    await notifying.query({ name: 'notify', text: `SELECT pg_notify('raw_wake', $1)`, values: [id] });
    const { at } = await heard;

    return (at - sentAt) / 1e6;
  }

  async stop() {
    for (const client of this.clients) await client.end();
    await this.listener.kill();
  }
}

async function besideTransaction(worker, sender) {
  const times = [];
  for (let count = 0; count < 20; count += 1) {
    const heard = worker.hear((message) => message.resumed === 'listener-a');
    await sender.dataSource.transaction(async (transaction) => {
      await sender.client.signalInstance('listener-a', 'go', undefined, { transaction });
      times.push(await resumed(worker, sender, 'listener-b'));
    });
    await heard;
    await pause(15);
  }

  return times;
}

/** Tells when its first attempt fails and when its second one begins. */
const attempts = [];
const retrying = {
  name: 'retrying',
  version: 1,
  model: 'workflow',
  run: (ctx) =>
    ctx.step(
      'flaky',
      ({ attempt }) => {
        attempts.push(now());
        if (attempt === 1) throw new Error('once');
      },
      { retry: { attempts: 2, backoff: { delay: '50ms' } } },
    ),
};

async function retries(sender) {
  const times = [];
  for (let count = 0; count < 20; count += 1) {
    attempts.length = 0;
    await sender.client.startAndWait(retrying);
    times.push((attempts[1] - attempts[0]) / 1e6);
  }

  return times;
}
