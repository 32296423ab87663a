import type { CrashBench } from './crash-bench.js';
import type { Outcome, RunSettings, WorkerProcess } from './worker-process.js';

/** `npm run crash -- --all`: more of everything, for minutes. */
export const isThorough = process.env['CRASH_TESTS'] === 'all';

/**
 * Behind each durable write, and behind effects that are not recorded yet. Who dies before a write leaves what he had left behind the
 * one before it, or behind a body. What comes by the clock is killed at in specs of its own.
 */
const DURABLE = /^after (start|flush|entry|COMMIT|signal|route)#|^before COMMIT#|^after (INSERT|claim|body|undo)/;

/** Those, and before each durable write. */
export const EVERY_WRITE = /^(before|after) (start|flush|entry|COMMIT|signal|route)#|^after (INSERT|claim|body|undo)/;

/** Also places where nothing was written since the last of those. */
const ANY = /^(before|after) (?!outbox|event|renew|worker|close|hand)/;

/** Of the points of a run that is not thorough, every so manyth. */
const ORDINARY_STRIDE = 3;

/** Recorded runs: where answers come in another order, other points exist. */
const RECORDINGS = 3;

/** Every so many rounds the lease has to run out, because the next process has another name. */
const STRANGER_EVERY = 7;

export interface SweepRound {
  readonly id: string;
  /** Where it was to be killed. */
  readonly target: string;
  /** Whether it came there. */
  readonly wasKilled: boolean;
  readonly outcome: Outcome;
}

export interface SweepOptions {
  readonly workflow: string;
  /** Also points between which nothing is written; and the process that took over is killed at the same point as well. */
  readonly thorough: boolean;
  /** The points of a run that is not thorough, which is killed at every third of them. @default all that are durable */
  readonly points?: RegExp;
  /** Every so manyth of them. @default 3 */
  readonly stride?: number;
  /** Whether no event is stored, and nothing told of steps. */
  readonly isPlain?: boolean;
}

/** Short leases: a process of another name goes on after 600 ms. */
export function sweepSettings(id: string): RunSettings {
  return settings(id, 600, 200);
}

/** Who lives keeps its leases on a slow machine as well; those of the dead are ended by {@link expireLeases}, but for what they still had under way. */
function patientSettings(id: string): RunSettings {
  return settings(id, 5_000, 500);
}

function settings(id: string, leaseDuration: number, heartbeatInterval: number): RunSettings {
  return { worker: { id, leaseDuration, heartbeatInterval, pollInterval: 100, maxCrashes: 10 } };
}

/** Lets the leases run out that a dead process has left, without waiting for that. */
async function expireLeases(bench: CrashBench): Promise<void> {
  await bench.sql(`UPDATE ${bench.table('instances')} SET due_at = updated_at WHERE worker_id IS NOT NULL`);
}

/**
 * Lets a workflow run to its end in an undisturbed process and notes the points it passes; then, for each of them, kills a process there
 * and lets another one take the workflow to its end. Who took over is killed in the next round.
 */
export async function sweep(bench: CrashBench, options: SweepOptions): Promise<SweepRound[]> {
  const { workflow, thorough, points: chosen = DURABLE, stride = ORDINARY_STRIDE, isPlain = false } = options;
  const told = isPlain ? { outbox: false, stepEvents: false } : {};
  const settingsOf = (worker: string): RunSettings => ({ ...patientSettings(worker), ...told });
  let names = 0;
  let name = `${workflow}-${names}`;
  let victim = await bench.worker(settingsOf(name));
  const passed = await record(victim, workflow, thorough ? ANY : chosen);
  const points = passed.filter((_, index) => thorough || index % stride === 0);
  const rounds: SweepRound[] = [];

  const replace = async (): Promise<void> => {
    await victim.kill();
    if (rounds.length % STRANGER_EVERY === STRANGER_EVERY - 1) {
      name = `${workflow}-${(names += 1)}`;
      await expireLeases(bench);
    }
    victim = await bench.worker(settingsOf(name));
  };

  for (const [index, target] of points.entries()) {
    const id = `${workflow}.${index}`;
    await victim.arm(target);
    let end = await ending(victim, workflow, id);
    const wasKilled = end === 'killed';
    if (wasKilled) await replace();
    if (wasKilled && thorough) {
      await victim.arm(target);
      end = await ending(victim, workflow, id);
      if (end === 'killed') await replace();
    }
    await victim.arm();
    rounds.push({ id, target, wasKilled, outcome: await victim.drive(workflow, id) });
  }
  await settleOutbox(bench);
  return rounds;
}

async function record(process: WorkerProcess, workflow: string, kind: RegExp): Promise<string[]> {
  const points = new Set<string>();
  for (let run = 0; run < RECORDINGS; run += 1) {
    await process.arm();
    await process.drive(workflow, `${workflow}.recorded.${run}`);
    for (const point of await process.ask<string[]>('passed')) if (kind.test(point)) points.add(point);
  }
  return [...points];
}

/** Drives until the end, or until the process stands at its point, where it is killed. */
async function ending(process: WorkerProcess, workflow: string, id: string): Promise<'ended' | 'killed'> {
  const driving = process.drive(workflow, id);
  // It is killed with its question open.
  driving.catch(() => undefined);
  const end = await Promise.race([
    driving.then(() => 'ended' as const),
    process.reached().then(() => 'killed' as const),
  ]);
  if (end === 'killed') await process.kill();
  return end;
}

/** Waits until every stored event was published. */
async function settleOutbox(bench: CrashBench): Promise<void> {
  for (;;) {
    const [left] = await bench.sql<{ count: string }>(`SELECT count(*) FROM ${bench.table('outbox')}`);
    if (left?.count === '0') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
