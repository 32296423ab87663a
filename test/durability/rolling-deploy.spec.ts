import { eventually } from '../utils/eventually.js';
import { testDatabaseUrl } from '../utils/postgres-fixture.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import type { Outcome, RunSettings, WorkerProcess } from './utils/worker-process.js';

const BATCH = 12;
const OLD_WAY = ['first', 'last'];
const NEW_WAY = ['first', 'audit', 'last'];

function build(buildId: 'v1' | 'v2'): RunSettings {
  const worker = { id: buildId, leaseDuration: 600, heartbeatInterval: 200, pollInterval: 100 };
  return { worker: { ...worker, buildId }, tools: { isSecondBuild: buildId === 'v2' } };
}

describe('a deployment of a patched workflow that is rolled out, back, and out again', () => {
  let bench: CrashBench;
  const ids: string[] = [];

  beforeAll(async () => {
    bench = await CrashBench.create(testDatabaseUrl(), { spareCount: 2 });
  }, 60_000);

  afterAll(() => bench.dispose());

  it('sets nothing aside, and every instance ends by one of the two ways', async () => {
    const v1 = await bench.worker(build('v1'));
    await start(v1);
    await begun();
    // Both at once, as in a rollout.
    const v2 = await bench.worker(build('v2'));
    await start(v2);
    await v1.ask('stop');
    await start(v2);
    await recorded('audit');
    // Back again, while instances are under way that only the second build can end.
    const v1Again = await bench.worker(build('v1'));
    await v2.kill();
    await start(v1Again);
    await Promise.all(ids.map((id) => v1Again.ask('signal', { id, name: 'release', payload: true })));
    await mismatched();
    const v2Again = await bench.worker(build('v2'));

    const outcomes = await Promise.all(ids.map((id) => v2Again.ask<Outcome>('outcome', { id })));

    const ways = new Set(outcomes.map((outcome) => JSON.stringify(outcome)));
    expect(ways).toEqual(new Set([OLD_WAY, NEW_WAY].map((output) => JSON.stringify({ status: 'completed', output }))));
    await v2Again.ask('drained');
    const findings = await Findings.of(bench);
    expect([...findings.ledger.values()].flat().filter(({ type }) => type === 'quarantined')).toEqual([]);
    expect(findings.violations()).toEqual([]);
  }, 60_000);

  async function start(process: WorkerProcess): Promise<void> {
    const batch = Array.from({ length: BATCH }, (_, index) => `run-${ids.length + index}`);
    ids.push(...batch);
    await process.ask('startMany', { workflow: 'rolling', ids: batch });
  }

  const begun = () => recorded('first');

  async function recorded(step: string): Promise<void> {
    await eventually(() => bench.sql(`SELECT 1 FROM ${bench.table('journal')} WHERE name = $1`, [step]), isFound);
  }

  async function mismatched(): Promise<void> {
    await eventually(
      () => bench.sql(`SELECT 1 FROM ${bench.table('instances')} WHERE mismatched_builds = '{v1}'`),
      isFound,
    );
  }
});

function isFound(rows: readonly unknown[]): boolean {
  return rows.length > 0;
}
