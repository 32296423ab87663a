import { fromErrorRecord, type ErrorRecord } from '../../../lib/core/serialization/index.js';
import { Cluster, scaled, sweep } from '../cluster.js';
import type { SimProcess } from '../engine/sim-process.js';
import { stagedSaga, type StagedStep } from '../workflows/staged-saga.js';

/** What goes wrong besides the step that fails and the process that dies. */
type Trouble = 'nothing' | 'an undo throws' | 'an undo crashes' | 'an undo that must not run twice crashes';

interface Case {
  readonly steps: number;
  /** The step whose action throws. */
  readonly failing: number;
  readonly trouble: Trouble;
  /** The step that cannot be undone, or whose undo takes its process along. */
  readonly troubled: number;
}

/** Every place with `SIMULATION_SCALE=1`, every tenth one in the ordinary test run. */
const STRIDE = scaled(100) < 100 ? 10 : 1;

const RETRY = { maxRetries: 1, retryDelay: 1 };

function cases(): Case[] {
  const all: Case[] = [];
  for (let steps = 1; steps <= 4; steps++)
    for (let failing = 1; failing <= steps; failing++) {
      all.push({ steps, failing, trouble: 'nothing', troubled: 0 });
      for (let troubled = 1; troubled < failing; troubled++)
        for (const trouble of ['an undo throws', 'an undo crashes', 'an undo that must not run twice crashes'] as const)
          all.push({ steps, failing, trouble, troubled });
    }
  return all;
}

/** Whoever has the saga, or had it last. */
function executing(cluster: Cluster): SimProcess {
  const { workerId } = cluster.record('s');
  const { alive } = cluster.world;
  return alive.find(({ options }) => options.workerId === workerId) ?? (alive[0] as SimProcess);
}

async function begin({ steps, failing, trouble, troubled }: Case): Promise<Cluster> {
  let hasCrashed = false;
  const crash = {
    instead: (process: { crash(): void }) => {
      if (hasCrashed) return;
      hasCrashed = true;
      process.crash();
    },
  };
  const staged = Array.from({ length: steps }, (_, index): StagedStep => {
    const isTroubled = index + 1 === troubled;
    return {
      name: `t${index + 1}`,
      action: { takesMs: 5, failures: index + 1 === failing ? 9 : 0 },
      undo: { takesMs: 5, ...(isTroubled && (trouble === 'an undo throws' ? { failures: 9 } : crash)) },
      options: { ...RETRY, idempotent: !(isTroubled && trouble === 'an undo that must not run twice crashes') },
    };
  });
  const cluster = new Cluster({ definitions: [stagedSaga('saga', staged)] });
  cluster.process('a');
  cluster.process('b');
  await cluster.create('saga', 's');
  return cluster;
}

function judgeEnd(cluster: Cluster, { steps, failing, trouble, troubled }: Case): void {
  const names = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `t${from + index}`);
  const completed = names(1, failing - 1);
  const isStuck = trouble === 'an undo throws' || trouble === 'an undo that must not run twice crashes';
  const { status, error } = cluster.record('s');
  const journal = cluster.journal('s');
  const effects = cluster.world.ledger.of('s');
  const begun = (kind: string, step: string) =>
    effects.filter((effect) => effect.kind === kind && effect.step === step);

  expect(status).toBe(isStuck ? 'compensation_failed' : 'failed');
  const thrown = fromErrorRecord(JSON.parse(error ?? '{}') as ErrorRecord);
  expect(isStuck ? thrown.cause : thrown).toMatchObject({ name: 'SagaError', stepName: `t${failing}` });
  if (isStuck) expect(thrown).toMatchObject({ failures: [{ step: `t${troubled}` }] });
  expect(journal.filter((name) => /^t\d$/.test(name))).toEqual([...completed, `t${failing}`]);
  expect(journal.filter((name) => name.startsWith('$compensate:'))).toEqual(
    [...completed].reverse().map((name) => `$compensate:${name}`),
  );
  // Once, and once more for each process that died before it was recorded; retries are attempts of their own.
  const most = trouble.endsWith('crashes') ? 3 : 2;
  for (const name of completed) {
    expect(begun('step', name).length).toBeLessThanOrEqual(most);
    expect(begun('undo', name).filter(({ attempt }) => attempt === 1).length).toBeLessThanOrEqual(most);
  }
  if (trouble === 'an undo that must not run twice crashes')
    expect(begun('undo', `t${troubled}`).length).toBeLessThanOrEqual(1);
  expect(names(failing, steps).flatMap((name) => begun('undo', name))).toEqual([]);
  expect(names(failing + 1, steps).flatMap((name) => begun('step', name))).toEqual([]);
  // Nothing is undone before the failing step has used up its attempts.
  const lastTry = begun('step', `t${failing}`).at(-1);
  expect(lastTry?.attempt).toBe(2);
  for (const undo of effects.filter(({ kind }) => kind === 'undo'))
    expect(undo.order).toBeGreaterThan(lastTry?.order ?? 0);
}

describe('A saga, its process killed at every place', () => {
  it.each(cases())(
    'of $steps steps, the step $failing failing, with $trouble ($troubled), ends as it should',
    async (facts) => {
      const places = await sweep(
        () => begin(facts),
        (cluster) => {
          executing(cluster).crash();
          cluster.process('c');
        },
        async (cluster) => {
          if (cluster.world.alive.length < 2) cluster.process('d');
          await cluster.finish();
          judgeEnd(cluster, facts);
        },
        STRIDE,
      );

      expect(places).toBeGreaterThan(10);
    },
  );
});
