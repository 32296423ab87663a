import { eventually } from '../utils/eventually.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import { RestartableServer } from './utils/restartable-server.js';
import { sweepSettings } from './utils/sweep.js';
import type { WorkerProcess } from './utils/worker-process.js';

const RESTARTS = 2;

describe('a database that is restarted in the middle of the work', () => {
  let server: RestartableServer;
  let bench: CrashBench;
  let worker: WorkerProcess;
  const ids = Array.from({ length: 60 }, (_, index) => `run-${index}`);

  beforeAll(async () => {
    server = await RestartableServer.start();
    bench = await CrashBench.create(server.url);
    worker = await bench.worker(sweepSettings('worker'));
  }, 60_000);

  afterAll(async () => {
    await bench.dispose();
    await server.stop();
  });

  it('ends no process, and every instance ends right', async () => {
    await worker.ask('startMany', { workflow: 'lengthy', ids: ids.slice(0, 40), input: { n: 1 } });
    await effects(60);
    await server.crash();
    // Asked for while there is no database at all.
    const starting = worker.ask('startMany', { workflow: 'lengthy', ids: ids.slice(40), input: { n: 1 } });
    await server.recover();
    await starting;
    await effects(200);
    await server.crash();
    await server.recover();

    const outcomes = await Promise.all(ids.map((id) => worker.ask('outcome', { id })));

    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set([JSON.stringify({ status: 'completed', output: 8 })]),
    );
    expect(worker.isAlive).toBe(true);
    expect(await worker.drive('chain', 'afterwards')).toMatchObject({ status: 'completed' });
  }, 60_000);

  it('repeats no more than what a restart cut off, and commits every transactional step once', async () => {
    await worker.ask('drained');
    const findings = await Findings.of(bench);

    const counts = ids.map((id) => Math.max(...Object.values(findings.effects(id))));
    expect(Math.max(...counts)).toBeLessThanOrEqual(1 + RESTARTS);
    expect(ids.map((id) => findings.bookings.get(`${id}/book`))).toEqual(ids.map(() => 1));
    expect(findings.violations()).toEqual([]);
  });

  /** Waits until so many effects have happened. */
  async function effects(count: number): Promise<void> {
    await eventually(async () => (await bench.ledger()).filter(({ what }) => what === 'effect').length >= count);
  }
});
