import { testDatabaseUrl } from '../utils/postgres-fixture.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import { sweepSettings } from './utils/sweep.js';
import type { WorkerProcess } from './utils/worker-process.js';

const TEN_MINUTES = 600_000;

describe.each([
  ['ahead', TEN_MINUTES],
  ['behind', -TEN_MINUTES],
])('a worker whose clock is ten minutes %s', (_title, clockOffsetMs) => {
  let bench: CrashBench;
  let skewed: WorkerProcess;
  let right: WorkerProcess;

  beforeAll(async () => {
    bench = await CrashBench.create(testDatabaseUrl());
    skewed = await bench.worker({ ...sweepSettings('skewed'), clockOffsetMs });
    right = await bench.worker(sweepSettings('right'));
  }, 60_000);

  afterAll(() => bench.dispose());

  it.each([
    ['steals no lease that is kept', 'right'],
    ['keeps its own', 'skewed'],
  ])('%s', async (_name, owner) => {
    // Three leases long.
    const id = `owned by ${owner}`;
    const process = owner === 'right' ? right : skewed;
    expect(await process.drive('long', id, { ms: 1_800 })).toMatchObject({ status: 'completed' });

    const [row] = await bench.sql(`SELECT fence::int4 FROM ${bench.table('instances')} WHERE id = $1`, [id]);
    expect(row).toEqual({ fence: 1 });
    expect((await Findings.of(bench)).effects(id)).toEqual({ work: 1 });
  });

  it('waits as long as was asked for, by the time of the database', async () => {
    expect(await skewed.drive('nap', 'nap', { ms: 200 })).toMatchObject({ status: 'completed' });

    const [before, after] = (await Findings.of(bench)).lines('nap', 'effect');
    const restedMs = (after?.at ?? 0) - (before?.at ?? 0);
    expect(restedMs).toBeGreaterThanOrEqual(400);
    expect(restedMs).toBeLessThan(TEN_MINUTES);
  });

  it('takes over from a dead one', async () => {
    const dying = await bench.worker(sweepSettings('dying'));
    await dying.arm('after body charge#1');
    const driving = dying.drive('chain', 'orphan').catch(() => undefined);
    await dying.reached();
    await right.ask('stop');
    await dying.kill();
    await driving;

    expect(await skewed.drive('chain', 'orphan')).toMatchObject({ status: 'completed', output: { n: 5 } });
    await skewed.ask('drained');
    const findings = await Findings.of(bench);
    expect(findings.effects('orphan')).toEqual({ reserve: 1, charge: 2, book: 1, ship: 1 });
    expect(findings.violations()).toEqual([]);
  });
});
