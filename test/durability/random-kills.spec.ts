import { RandomSource } from '../../lib/core/records/index.js';
import { testDatabaseUrl } from '../utils/postgres-fixture.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import { isThorough, sweepSettings } from './utils/sweep.js';
import type { Outcome, WorkerProcess } from './utils/worker-process.js';

const WORKERS = 3;
const RUNS = isThorough ? 600 : 90;
const KILLS = isThorough ? 120 : 9;
const KINDS = ['chain', 'saga', 'human', 'lengthy', 'nap'] as const;
const INPUT = { n: 1, ms: 150 };
const ENDS: Readonly<Record<(typeof KINDS)[number], string>> = {
  chain: 'completed',
  saga: 'failed',
  human: 'completed',
  lengthy: 'completed',
  nap: 'completed',
};

// Another one with every run; a run that fails says which.
const seed = process.env['CRASH_SEED'] ?? String(process.pid);

describe(`workers killed at random, seed ${seed}`, () => {
  const chance = new RandomSource(seed, 1);
  let bench: CrashBench;
  let client: WorkerProcess;
  const workers: WorkerProcess[] = [];
  const outcomes = new Map<string, Outcome>();
  const cancelled = new Set<string>();

  beforeAll(
    async () => {
      bench = await CrashBench.create(testDatabaseUrl(), { spareCount: 3 });
      client = await bench.worker({ worker: false });
      for (let slot = 0; slot < WORKERS; slot += 1) workers.push(await bench.worker(settings(slot)));
      await Promise.all([runAll(), killSome()]);
      await client.ask('drained');
    },
    isThorough ? 900_000 : 120_000,
  );

  afterAll(() => bench.dispose());

  it('end every run, each in its own way or cancelled', () => {
    const wrong = [...outcomes].filter(([id, { status }]) => {
      const natural = ENDS[id.split('-')[0] as keyof typeof ENDS];
      return status !== natural && !(cancelled.has(id) && status === 'cancelled');
    });

    expect(outcomes.size).toBe(RUNS);
    expect(wrong).toEqual([]);
  });

  it('leave nothing behind that breaks a rule', async () => {
    const findings = await Findings.of(bench);

    expect(findings.violations()).toEqual([]);
    const strange = [...outcomes.keys()].filter((id) => {
      const most = Math.max(0, ...Object.values(findings.effects(id)));
      return most > 1 + KILLS;
    });
    expect(strange).toEqual([]);
  });

  /** Every other one goes on under the name of the killed one, the others wait for its lease to end. */
  function settings(slot: number) {
    return sweepSettings(`worker-${slot}`);
  }

  async function runAll(): Promise<void> {
    const runs = Array.from({ length: RUNS }, async (_, index) => {
      const kind = KINDS[index % KINDS.length] as (typeof KINDS)[number];
      const id = `${kind}-${index}`;
      await pause(chance.random() * KILLS * 250);
      // A run of every kind in seven is cancelled at some time.
      const cancelling = index % 7 === 3 ? cancelSoon(id) : undefined;
      outcomes.set(id, await client.drive(kind, id, INPUT));
      await cancelling;
    });
    await Promise.all(runs);
  }

  async function cancelSoon(id: string): Promise<void> {
    await pause(chance.random() * 200);
    cancelled.add(id);
    // Not before there is something to cancel.
    await client.ask('cancel', { id }).catch((error: { code?: string }) => {
      if (error.code !== 'WORKFLOW_NOT_FOUND') throw error;
      cancelled.delete(id);
    });
  }

  async function killSome(): Promise<void> {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await pause(150 + chance.random() * 200);
      const slot = Math.floor(chance.random() * WORKERS);
      await workers[slot]?.kill();
      workers[slot] = await bench.worker(settings(kill % 2 === 0 ? slot : WORKERS + kill));
    }
  }
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
