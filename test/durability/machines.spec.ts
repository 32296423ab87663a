import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledLibrary } from '../utils/compiled-library.js';
import { eventually } from '../utils/eventually.js';
import { PostgresFixture, testDatabaseUrl } from '../utils/postgres-fixture.js';
import { MachineProcess } from './utils/machine-process.js';
import { isThorough } from './utils/sweep.js';

const SENDS = isThorough ? 250 : 30;
/** Of the points at which a process may die: every one, or some that differ from run to run. */
const STRIDE = isThorough ? 1 : 13;

interface Sent {
  readonly metadata: string;
  readonly refusal?: string;
}

describe('State machines in several processes', () => {
  let fixture: PostgresFixture;
  let folder: string;
  let library: string;
  const processes: MachineProcess[] = [];

  beforeAll(async () => {
    fixture = await PostgresFixture.create('machine_crash');
    await (await fixture.store()).close();
    folder = await mkdtemp(join(tmpdir(), 'workflow-machines-'));
    await writeFile(join(folder, 'ledger'), '');
    library = await compiledLibrary();
  }, 120_000);

  afterAll(async () => {
    for (const process of processes) if (!process.isDead) await process.kill();
    await fixture.dispose();
    await rm(folder, { recursive: true });
  });

  async function start(id: string, killAt?: number): Promise<MachineProcess> {
    const process = await MachineProcess.start({
      ...{ library, url: testDatabaseUrl(), schema: fixture.schema, ledger: join(folder, 'ledger'), id },
      ...(killAt !== undefined && { killAt }),
    });
    processes.push(process);
    return process;
  }

  async function historyOf(
    machineId: string,
  ): Promise<{ version: number; trigger: string; metadata: string | null }[]> {
    return fixture.sql(
      `SELECT version, trigger, metadata FROM ${fixture.table('state_transitions')} WHERE machine_id = $1 ORDER BY version`,
      [machineId],
    );
  }

  /** The keys under which each effect of a machine was done. */
  async function effectsOf(machineId: string): Promise<Record<string, Set<string>>> {
    const lines = (await readFile(join(folder, 'ledger'), 'utf8')).trim().split('\n').filter(Boolean);
    const effects: Record<string, Set<string>> = {};
    for (const line of lines.map((text) => JSON.parse(text) as { what: string; machineId: string; key: string })) {
      if (line.machineId === machineId) (effects[line.what] ??= new Set()).add(line.key);
    }
    return effects;
  }

  const WHOLE_WAY = [
    '$created',
    'PACK',
    expect.stringMatching(/^xstate\.done\.actor/),
    // Of the child.
    expect.stringMatching(/^xstate\.done\.actor/),
    expect.stringMatching(/^xstate\.after/),
  ];

  it('take triggers from four processes at once: versions are dense, each is accepted once, each refusal is typed', async () => {
    const four = await Promise.all(['a', 'b', 'c', 'd'].map((id) => start(`sender-${id}`)));
    await four[0]?.ask('create', { name: 'counter', ids: ['c-1'] });

    const answers = await Promise.all(
      four.map((process) => process.ask<Sent[]>('sends', { machineId: 'c-1', count: SENDS })),
    );
    const sent = answers.flatMap((answer) => answer ?? []);
    const history = await historyOf('c-1');

    const accepted = sent.filter(({ refusal }) => refusal === undefined).map(({ metadata }) => metadata);
    const written = history.slice(1).map(({ metadata }) => (JSON.parse(metadata ?? '{}') as Sent).metadata);
    expect(sent).toHaveLength(4 * SENDS);
    expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
    expect([...written].sort()).toEqual([...accepted].sort());
    expect(accepted.length).toBeGreaterThanOrEqual(2 * SENDS);
    expect(new Set(sent.flatMap(({ refusal }) => refusal ?? []))).toEqual(new Set(['WORKFLOW_STATE_CONCURRENCY']));
    await Promise.all(four.map((process) => process.stop()));
  }, 120_000);

  it('fire each timer once, whichever of four processes it falls to', async () => {
    const four = await Promise.all(['a', 'b', 'c', 'd'].map((id) => start(`timer-${id}`)));
    const ids = Array.from({ length: 24 }, (_, index) => `t-${index}`);

    await Promise.all(ids.map((machineId, index) => (four[index % 4] as MachineProcess).ask('deliver', { machineId })));

    for (const machineId of ids) {
      expect((await historyOf(machineId)).map(({ trigger }) => trigger)).toEqual(WHOLE_WAY);
    }
    await eventually(async () => (await openJobs()) === 0);
    for (const machineId of ids) expect((await effectsOf(machineId))['alarm']?.size).toBe(1);
    await Promise.all(four.map((process) => process.stop()));
  }, 120_000);

  it('killed at any point of a transition go on with it: nothing is lost, and nothing happens under a second key', async () => {
    let tried = 0;
    for (let killAt = 1 + (process.pid % STRIDE); ; killAt += STRIDE) {
      const machineId = `k-${killAt}`;
      const victim = await start(`victim-${killAt}`, killAt);
      await victim.ask('deliver', { machineId });
      if (!victim.isDead) {
        await victim.stop();
        break;
      }
      tried += 1;
      // The same worker again, as a supervisor starts it.
      const heir = await start(`victim-${killAt}`);
      await heir.ask('deliver', { machineId });
      expect((await historyOf(machineId)).map(({ trigger }) => trigger)).toEqual(WHOLE_WAY);
      await eventually(async () => (await openJobs()) === 0);
      const effects = await effectsOf(machineId);
      expect([killAt, effects['label']?.size, effects['print']?.size, effects['alarm']?.size]).toEqual([
        killAt,
        1,
        1,
        1,
      ]);
      await heir.stop();
    }
    expect(tried).toBeGreaterThan(isThorough ? 20 : 2);
  }, 600_000);

  async function openJobs(): Promise<number> {
    const [row] = await fixture.sql<{ open: number }>(
      `SELECT count(*)::int AS open FROM ${fixture.table('instances')} WHERE status <> 'completed'`,
    );
    return row?.open ?? 0;
  }
});
