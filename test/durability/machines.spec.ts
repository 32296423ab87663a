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
/** Parcels that go their way at one time, each with tables and processes of its own. */
const LANES = 2;
/** Every so many kills the lease has to run out, because the next process has another name. */
const STRANGER_EVERY = 4;

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
    fixture = await tables();
    folder = await mkdtemp(join(tmpdir(), 'workflow-machines-'));
    await writeFile(join(folder, 'ledger'), '');
    library = await compiledLibrary();
  }, 120_000);

  afterAll(async () => {
    for (const process of processes) if (!process.isDead) await process.kill();
    await fixture.dispose();
    await rm(folder, { recursive: true });
  });

  async function tables(): Promise<PostgresFixture> {
    const made = await PostgresFixture.create('machine_crash');
    await (await made.store()).close();
    return made;
  }

  async function start(id: string, { schema } = fixture): Promise<MachineProcess> {
    const ledger = join(folder, 'ledger');
    const process = await MachineProcess.start({ library, url: testDatabaseUrl(), schema, ledger, id });
    processes.push(process);
    return process;
  }

  async function historyOf(
    machineId: string,
    kept = fixture,
  ): Promise<{ version: number; trigger: string; metadata: string | null }[]> {
    return kept.sql(
      `SELECT version, trigger, metadata FROM ${kept.table('state_transitions')} WHERE machine_id = $1 ORDER BY version`,
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
    const first = 1 + (process.pid % STRIDE);
    const lanes = Array.from({ length: LANES }, (_, lane) => killAlong(`lane-${lane}`, first + lane * STRIDE));

    const killed = (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0);

    expect(killed).toBeGreaterThan(isThorough ? 20 : 2);
  }, 600_000);

  /**
   * Sends one parcel after the other on its way and kills the process at its first point, at its next, and so on. The process that takes
   * the parcel to its end is the one that is killed over the next parcel. Answers how many were killed.
   */
  async function killAlong(lane: string, first: number): Promise<number> {
    const own = await tables();
    let killed = 0;
    let victim = await start(lane, own);
    for (let killAt = first; ; killAt += LANES * STRIDE) {
      const machineId = `${lane}-${killAt}`;
      await victim.ask('deliver', { machineId, killAt });
      if (!victim.isDead) break;
      killed += 1;
      // The same worker again, as a supervisor starts it, or another one.
      victim = await start(`${lane}-${Math.floor(killed / STRANGER_EVERY)}`, own);
      await victim.ask('deliver', { machineId });
      expect((await historyOf(machineId, own)).map(({ trigger }) => trigger)).toEqual(WHOLE_WAY);
      await eventually(async () => (await openJobs(own)) === 0);
      const effects = await effectsOf(machineId);
      const keys = ['label', 'print', 'alarm'].map((what) => effects[what]?.size);
      expect([killAt, ...keys]).toEqual([killAt, 1, 1, 1]);
    }
    await victim.stop();
    await own.dispose();
    return killed;
  }

  async function openJobs(kept = fixture): Promise<number> {
    const [row] = await kept.sql<{ open: number }>(
      `SELECT count(*)::int AS open FROM ${kept.table('instances')} WHERE status <> 'completed'`,
    );
    return row?.open ?? 0;
  }
});
