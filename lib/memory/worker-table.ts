import type { WorkerRegistration } from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';

/** Heartbeats a worker may miss before it counts as gone. */
const MISSED_HEARTBEATS = 3;

/** A stopped worker is remembered for so long, because mismatches ask when another build was last seen. */
const REMEMBERED_MS = 86_400_000;

interface WorkerRow {
  readonly id: string;
  readonly buildId: string;
  readonly definitions: ReadonlySet<string>;
  readonly heartbeatMs: number;
  seenAt: number;
  stopped: boolean;
}

/** Who executes, what they can run, and what they hold. @internal */
export class WorkerTable {
  private readonly workers = new Map<string, WorkerRow>();
  private readonly leases = new Map<string, Set<InstanceRow>>();

  register(worker: WorkerRegistration, now: number): void {
    for (const row of this.workers.values()) if (row.seenAt < now - REMEMBERED_MS) this.workers.delete(row.id);
    this.workers.set(worker.id, {
      id: worker.id,
      buildId: worker.buildId,
      definitions: new Set(worker.definitions),
      heartbeatMs: worker.heartbeatMs,
      seenAt: now,
      stopped: false,
    });
  }

  stop(workerId: string): void {
    const worker = this.workers.get(workerId);
    if (worker !== undefined) worker.stopped = true;
  }

  heartbeat(workerId: string, now: number): void {
    const worker = this.workers.get(workerId);
    if (worker !== undefined) worker.seenAt = now;
  }

  /** Builds of living workers that have a definition. */
  liveBuilds(definition: string, now: number): string[] {
    return [...this.workers.values()]
      .filter((worker) => !worker.stopped && worker.seenAt + MISSED_HEARTBEATS * worker.heartbeatMs >= now)
      .filter((worker) => worker.definitions.has(definition))
      .map((worker) => worker.buildId);
  }

  /** Whether a build outside the given ones ran the definition at or after an instant. */
  sawOtherBuild(definition: string, builds: readonly string[], since: number): boolean {
    for (const worker of this.workers.values()) {
      if (worker.seenAt >= since && worker.definitions.has(definition) && !builds.includes(worker.buildId)) return true;
    }
    return false;
  }

  addLease(workerId: string, row: InstanceRow): void {
    const held = this.leases.get(workerId);
    if (held === undefined) this.leases.set(workerId, new Set([row]));
    else held.add(row);
  }

  dropLease(workerId: string, row: InstanceRow): void {
    const held = this.leases.get(workerId);
    held?.delete(row);
    if (held?.size === 0) this.leases.delete(workerId);
  }

  leasesOf(workerId: string): InstanceRow[] {
    return [...(this.leases.get(workerId) ?? [])];
  }
}
