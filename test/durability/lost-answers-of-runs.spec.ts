import { OwnPostgres } from '../utils/own-postgres.js';
import { TcpProxy } from '../utils/tcp-proxy.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import { sweepSettings } from './utils/sweep.js';
import type { WorkerProcess } from './utils/worker-process.js';

interface RunCase {
  readonly what: string;
  readonly workflow: string;
  readonly input?: unknown;
  /** What the message contains. */
  readonly text: string;
  /** Messages that come by the clock never end: so many of them are lost, one in each run. */
  readonly atMost?: number;
}

const CASES: readonly RunCase[] = [
  { what: 'a start', workflow: 'chain', text: 'nw_start' },
  { what: 'each write of a chain', workflow: 'chain', text: 'nw_flush' },
  { what: 'the commit of a transactional step', workflow: 'chain', text: 'COMMIT' },
  { what: 'a statement inside a transactional step', workflow: 'chain', text: 'INSERT' },
  { what: 'the beginning of a transactional step', workflow: 'chain', text: 'START TRANSACTION' },
  { what: 'each write of a saga that is undone', workflow: 'saga', text: 'nw_flush' },
  { what: 'each write of waits and children', workflow: 'human', text: 'nw_flush' },
  { what: 'each reading of an inbox', workflow: 'human', text: 'nw_inbox' },
  { what: 'a signal', workflow: 'human', text: 'nw_signal' },
  { what: 'the routing of a signal', workflow: 'human', text: 'nw_route' },
  { what: 'a claim', workflow: 'human', text: 'nw_poll', atMost: 4 },
  { what: 'a heartbeat', workflow: 'long', input: { ms: 450 }, text: 'nw_renew', atMost: 1 },
  { what: 'the taking of events', workflow: 'chain', text: 'nw_outbox_take', atMost: 2 },
  { what: 'the note that events were published', workflow: 'chain', text: 'nw_outbox_settle', atMost: 1 },
];

describe.each(['answer', 'request'] as const)('a run whose connection breaks so that the %s is lost', (lose) => {
  let server: OwnPostgres;
  let proxy: TcpProxy;
  let bench: CrashBench;
  let worker: WorkerProcess;

  beforeAll(async () => {
    server = await OwnPostgres.start();
    bench = await CrashBench.create(server.url);
    const url = new URL(server.url);
    proxy = await TcpProxy.open({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    worker = await bench.worker({ ...sweepSettings('worker'), url: url.href });
  }, 60_000);

  afterAll(async () => {
    await bench.dispose();
    await proxy.close();
    await server.stop();
  });

  it.each(CASES)('ends as if nothing had happened: $what', async ({ what, workflow, input, text, atMost = 100 }) => {
    const undisturbed = await worker.drive(workflow, `${what}, undisturbed`, input);
    const ids: string[] = [];
    let wasHit = true;
    while (wasHit && ids.length < atMost) {
      const id = `${what}, ${ids.length}`;
      const lost = proxy.loseNext(lose, text, ids.length);
      expect(await worker.drive(workflow, id, input)).toEqual(undisturbed);
      wasHit = !proxy.isArmed;
      // What comes by the clock comes in any case.
      if (!wasHit && atMost < 100) {
        await lost;
        wasHit = true;
      }
      proxy.disarm();
      if (wasHit) ids.push(id);
    }

    expect(ids.length).toBeGreaterThan(0);
    const findings = await Findings.of(bench);
    for (const id of ids) {
      const { book, ...effects } = findings.effects(id);
      expect(Object.values(effects)).toEqual(Object.values(effects).map(() => 1));
      if (book !== undefined) expect(findings.bookings.get(`${id}/book`)).toBe(1);
    }
  });

  it('is cancelled as soon as somebody learns that they were heard', async () => {
    await worker.ask('start', { workflow: 'nap', id: 'cancelled', input: { ms: 60_000 } });
    const lost = proxy.loseNext(lose, 'nw_cancel');

    await expect(worker.ask('cancel', { id: 'cancelled' })).rejects.toMatchObject({ code: 'WORKFLOW_STORE' });
    await lost;
    await worker.ask('cancel', { id: 'cancelled' });

    expect(await worker.ask('outcome', { id: 'cancelled' })).toMatchObject({ status: 'cancelled' });
  });

  it('leaves nothing behind that breaks a rule, and the process alive', async () => {
    await worker.ask('drained');

    expect((await Findings.of(bench)).violations()).toEqual([]);
    expect(worker.isAlive).toBe(true);
  });
});
