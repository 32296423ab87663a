import { OwnPostgres } from '../utils/own-postgres.js';
import { eventually } from '../utils/eventually.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import { sweepSettings } from './utils/sweep.js';
import type { LogLine, WorkerProcess } from './utils/worker-process.js';

interface FreezeCase {
  readonly where: string;
  readonly workflow: string;
  readonly input?: unknown;
  readonly point: string;
}

const CASES: readonly FreezeCase[] = [
  { where: 'in the middle of a step', workflow: 'chain', point: 'before body charge#1' },
  { where: 'between an effect and its record', workflow: 'chain', point: 'after body charge#1' },
  { where: 'when a write was answered', workflow: 'chain', point: 'after flush#2' },
  { where: 'in a transactional step', workflow: 'chain', point: 'after body book#1' },
  { where: 'before the outcome is written', workflow: 'chain', point: 'after body ship#1' },
  { where: 'before a commit, its row locked', workflow: 'chain', point: 'before COMMIT#1' },
  { where: 'in an undo', workflow: 'saga', point: 'after undo car#1' },
  { where: 'between two undos and their record', workflow: 'saga', point: 'before undo flight#1' },
  // Its child, and what follows the first wait, may run in the other process: later writes may be none of its own.
  { where: 'on its way to its first suspension', workflow: 'human', point: 'before flush#3' },
  { where: 'in a heartbeat', workflow: 'long', input: { ms: 350 }, point: 'before renew#1' },
];

describe('a worker that is stopped for longer than its lease, and continued', () => {
  let server: OwnPostgres;
  let bench: CrashBench;
  let frozen: WorkerProcess;
  let other: WorkerProcess;
  let isStill = false;

  beforeAll(async () => {
    server = await OwnPostgres.start();
    bench = await CrashBench.create(server.url, { spareCount: 2 });
    [frozen, other] = await Promise.all([bench.worker(sweepSettings('frozen')), bench.worker(sweepSettings('other'))]);
  }, 60_000);

  afterAll(async () => {
    await bench.dispose();
    await server.stop();
  });

  // A case that failed half-way leaves nothing frozen to the next one.
  afterEach(goOn);

  it.each(CASES)('changes nothing of the finished run: $where', async ({ workflow, input, point }) => {
    const id = `${workflow} ${point.replace('#', ' ')}`;
    await frozen.arm(point);
    await frozen.logs();
    const driving = frozen.drive(workflow, id, input);
    await Promise.race([frozen.reached(), driving.then(() => Promise.reject(new Error(`Never came to "${point}".`)))]);
    frozen.freeze();
    isStill = true;

    const outcome = await other.drive(workflow, id, input);
    await other.ask('drained');
    const finished = await rowsOf(id);
    goOn();

    // The frozen process learns the outcome as everybody does.
    expect(await driving).toEqual(outcome);
    const complaints: LogLine[] = [];
    await eventually(async () => complaints.push(...(await complaintsOf(frozen))));
    expect(await frozen.drive('chain', `after ${id}`)).toMatchObject({ status: 'completed' });
    complaints.push(...(await complaintsOf(frozen)));
    const lost = complaints.map(({ fields }) => String(fields?.['workflowId']));

    expect(new Set(complaints.map(({ message }) => message))).toEqual(new Set(['The lease of an instance was lost.']));
    // Once for each instance that it held: the one, or a child of it.
    expect(new Set(lost).size).toBe(lost.length);
    expect(lost.filter((each) => each.split('/')[0] !== id)).toEqual([]);
    expect(await rowsOf(id)).toEqual(finished);
  });

  it('breaks no rule in any of these runs', async () => {
    const findings = await eventually(
      () => Findings.of(bench),
      (found) => found.violations().length === 0,
      3_000,
    ).catch(() => Findings.of(bench));

    expect(findings.violations()).toEqual([]);
    expect(findings.instances.length).toBeGreaterThanOrEqual(2 * CASES.length);
  });

  function goOn(): void {
    if (!isStill) return;
    isStill = false;
    frozen.release();
    frozen.thaw();
  }

  /** Everything stored of an instance and its children, with the transaction that wrote each row last. */
  async function rowsOf(id: string): Promise<unknown> {
    const keys = {
      instances: 'id',
      journal: 'instance_id',
      signals: 'workflow_id',
      waits: 'instance_id',
      stream: 'instance_id',
    };
    const rows = Object.entries(keys).map(([name, key]) =>
      bench.sql(
        // The journal is a view without row versions; its rows name the fence that wrote them.
        `SELECT ${name === 'journal' ? 't.fence' : 't.xmin'}::text AS written_by, to_jsonb(t) AS row FROM ${bench.table(name)} t
         WHERE ${key} = $1 OR starts_with(${key}, $1 || '/') ORDER BY t::text`,
        [id],
      ),
    );
    return Promise.all(rows);
  }
});

async function complaintsOf(process: WorkerProcess): Promise<LogLine[]> {
  return (await process.logs()).filter(({ level }) => level === 'warn' || level === 'error');
}
