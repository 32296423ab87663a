import { eventually } from '../utils/eventually.js';
import { testDatabaseUrl } from '../utils/postgres-fixture.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import type { RunSettings, WorkerProcess } from './utils/worker-process.js';

const MAX_CRASHES = 3;
const NEIGHBOURS = Array.from({ length: 8 }, (_, index) => `neighbour-${index}`);

function settings(buildId: string, isCured: boolean): RunSettings {
  const worker = { id: 'pool', leaseDuration: 600, heartbeatInterval: 200, pollInterval: 100 };
  return { worker: { ...worker, maxCrashes: MAX_CRASHES, buildId }, tools: { isCured } };
}

describe('an instance that ends its process, among healthy ones', () => {
  let bench: CrashBench;
  let worker: WorkerProcess;
  let deaths = 0;

  beforeAll(async () => {
    bench = await CrashBench.create(testDatabaseUrl(), { isQuiet: true });
  }, 60_000);

  afterAll(() => bench.dispose());

  it('is set aside after as many crashes as it may cause, and its neighbours end well', async () => {
    worker = await bench.worker(settings('sick', false));
    // Slower than the poison: whoever runs beside it is taken along before its first record.
    await worker.ask('startMany', { workflow: 'long', ids: NEIGHBOURS, input: { ms: 150 } });
    await worker.ask('start', { workflow: 'poison', id: 'poison' });
    for (;;) {
      const open = NEIGHBOURS.map((id) => worker.ask('outcome', { id }));
      const end = await Promise.race([Promise.allSettled([...open, quarantined()]).then(() => 'over'), worker.gone()]);
      if (end === 'over' && worker.isAlive) break;
      deaths += 1;
      expect(end).toBe('SIGABRT');
      worker = await bench.worker(settings('sick', false));
    }

    // The row is seen before its event is told.
    const findings = await eventually(
      () => Findings.of(bench),
      (found) => found.lines('poison', 'event').some(({ type }) => type === 'quarantined'),
    );
    expect(deaths).toBe(MAX_CRASHES + 1);
    expect(findings.effects('poison')).toEqual({ drink: deaths });
    for (const id of NEIGHBOURS) expect(findings.effects(id)).toEqual({ work: 1 });
    expect(findings.lines('poison', 'event').at(-1)?.type).toBe('quarantined');
  }, 60_000);

  it('goes on when a new build arrives', async () => {
    await worker.kill();
    worker = await bench.worker(settings('cured', true));

    expect(await worker.ask('outcome', { id: 'poison' })).toEqual({ status: 'completed', output: 'sober' });
    await worker.ask('drained');
    expect((await Findings.of(bench)).violations()).toEqual([]);
  });

  /** Resolves when the poison was set aside; never when the worker ends before. */
  async function quarantined(): Promise<void> {
    for (;;) {
      const [row] = await bench.sql(`SELECT status FROM ${bench.table('instances')} WHERE id = 'poison'`);
      if (row?.['status'] === 'quarantined') return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});
