import type { DefinitionRegistry } from '../core/definition/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import type { StoreHealth, WorkflowStore } from '../core/store/index.js';
import { parseDuration, type Clock } from '../core/time/index.js';
import type {
  WorkflowHealthReport,
  WorkflowHealthThresholds,
  WorkflowWorkerHealth,
} from './health-report.interface.js';

/** What a report is made from. @internal */
export interface HealthSources {
  readonly store: WorkflowStore;
  readonly registry: DefinitionRegistry;
  readonly clock: Clock;
  /** Absent in a process that runs nothing itself. */
  readonly worker?: { readonly status: Omit<WorkflowWorkerHealth, 'enabled'> };
}

const THRESHOLDS = knownOptions<WorkflowHealthThresholds>({
  maxDueAge: true,
  maxQuarantined: true,
  maxUnclaimable: true,
  timeout: true,
});
const NO_WORKER: WorkflowWorkerHealth = Object.freeze({ enabled: false, running: false, executing: 0, warm: 0 });

/**
 * Asks the store and the worker how they are, and judges by the thresholds. A store that cannot be reached, or does not answer in
 * time, is a finding and no error.
 *
 * @internal
 */
export async function reportHealth(
  { store, registry, clock, worker }: HealthSources,
  thresholds: WorkflowHealthThresholds = {},
): Promise<WorkflowHealthReport> {
  refuseUnknownOptions(thresholds, THRESHOLDS, 'the health check');
  const workerHealth = worker === undefined ? NO_WORKER : { enabled: true, ...worker.status };
  const timeoutMs = parseDuration(thresholds.timeout ?? '3s', 'timeout of the health check');
  const answer = await within(timeoutMs, clock, store.health(registry.keys()));
  const problems = [
    ...(typeof answer === 'string' ? [answer] : judge(answer, thresholds)),
    ...(workerHealth.enabled && !workerHealth.running ? ['The worker of this process is not running.'] : []),
  ];
  return {
    healthy: problems.length === 0,
    problems,
    store: { kind: store.kind, ...(typeof answer === 'string' ? { reachable: false } : schemaOf(answer)) },
    ...(typeof answer !== 'string' && figuresOf(answer)),
    worker: workerHealth,
  };
}

/** What stands in the way, one sentence each. */
function judge(health: StoreHealth, thresholds: WorkflowHealthThresholds): string[] {
  const problems: string[] = [];
  const maxDueAgeMs = parseDuration(thresholds.maxDueAge ?? '5m', 'maxDueAge of the health check');
  const unclaimable = sumOf(health.unclaimable);
  const mismatched = sumOf(health.mismatched);
  if (!health.schemaCurrent) problems.push('The tables are not of the version this build needs: run the migrations.');
  if ((health.oldestDueAgeMs ?? 0) > maxDueAgeMs) {
    problems.push(`An instance has been due for ${health.oldestDueAgeMs} ms, and ${maxDueAgeMs} ms are allowed.`);
  }
  if (health.quarantined > (thresholds.maxQuarantined ?? Infinity)) {
    problems.push(`${health.quarantined} instances are quarantined, and ${thresholds.maxQuarantined} are allowed.`);
  }
  if (unclaimable + mismatched > (thresholds.maxUnclaimable ?? Infinity)) {
    if (unclaimable > 0)
      problems.push(
        `No living worker has the workflow of ${unclaimable} due instances: ${namesOf(health.unclaimable)}.`,
      );
    if (mismatched > 0)
      problems.push(`No living worker's code fits ${mismatched} due instances: ${namesOf(health.mismatched)}.`);
  }
  return problems;
}

function schemaOf({ schemaCurrent, schemaVersion }: StoreHealth) {
  return { reachable: true, schemaCurrent, ...(schemaVersion !== undefined && { schemaVersion }) };
}

function figuresOf({ oldestDueAgeMs, quarantined, unclaimable, mismatched }: StoreHealth) {
  return { ...(oldestDueAgeMs !== undefined && { oldestDueAgeMs }), quarantined, unclaimable, mismatched };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function namesOf(counts: Readonly<Record<string, number>>): string {
  return Object.keys(counts).join(', ');
}

/** The answer, or the sentence that says why there is none. */
function within<T>(timeoutMs: number, clock: Clock, asked: Promise<T>): Promise<T | string> {
  return new Promise((resolve) => {
    const late = () => {
      resolve(`The store has not answered within ${timeoutMs} ms.`);
    };
    const timer = clock.schedule(timeoutMs, late, { unref: true });
    const answered = (answer: T | string) => {
      timer.cancel();
      resolve(answer);
    };
    asked.then(answered, (error: unknown) => {
      answered(`The store cannot be reached (${nameOf(error)}).`);
    });
  });
}

/** The driver's own words may name hosts and users: they belong in the log, not in an answer over HTTP. */
function nameOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
