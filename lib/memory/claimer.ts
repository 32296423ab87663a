import type { LifecycleEvent } from '../core/lifecycle/index.js';
import { definitionKey, type InstanceRecord } from '../core/records/index.js';
import type { PollRequest, PollResult, WorkerRegistration } from '../core/store/index.js';
import type { IndexedHeap } from '../core/time/index.js';
import { SUSPECT_CRASHES } from './claim-queue.js';
import { isClaimedBefore, type Lane } from './lane.js';
import type { InstanceRow } from './instance-row.js';
import type { MemoryDatabase } from './memory-database.js';

/** Hands instances to workers, and counts what they lost. @internal */
export class Claimer {
  constructor(private readonly database: MemoryDatabase) {}

  claim(request: PollRequest): PollResult {
    const { now, queue, changes, slots } = this.database;
    const events: LifecycleEvent[] = [];
    const claimed: InstanceRecord[] = [];
    const locked: InstanceRow[] = [];
    const lanes = this.lanesFor(request);
    this.quarantineMismatches(request, now, events);
    for (const lane of lanes) queue.ripen(lane, now);
    let allowSuspect = request.allowSuspect;
    while (claimed.length < request.limit) {
      const row = first(lanes, allowSuspect);
      if (row === undefined) break;
      queue.take(row);
      if (row.lock !== undefined) {
        locked.push(row);
        continue;
      }
      if (!slots.take(row)) continue;
      const crashes = row.crashesAtClaim;
      row.crashes = crashes;
      if (crashes > request.maxCrashes) {
        changes.quarantine(row, 'crashes', undefined, now);
        events.push(changes.raise(row, 'quarantined', { reason: crashReason(row) }));
        continue;
      }
      if (crashes >= SUSPECT_CRASHES) allowSuspect = false;
      events.push(...this.lease(row, request, now));
      claimed.push(row.toRecord());
    }
    // What is locked is not more to claim: asking again at once would find it locked again.
    const more = first(lanes, allowSuspect) !== undefined;
    for (const row of locked) queue.place(row, now);
    const nextDueAt = Math.min(...lanes.map((lane) => lane.waiting.peek()?.dueAt ?? Infinity));
    return {
      claimed,
      now,
      events,
      more,
      ...(nextDueAt === Infinity ? {} : { nextDueAt }),
    };
  }

  /** What a worker that comes up changes: leases of its earlier life are due, and so is what only other builds failed at. */
  register(worker: WorkerRegistration): void {
    const { now, workers, changes, hints } = this.database;
    workers.register(worker, now);
    const fresh = new Set(worker.added ?? worker.definitions);
    for (const row of workers.leasesOf(worker.id))
      if (fresh.has(definitionKey(row.name, row.version))) changes.moveDue(row, now, now);
    for (const definition of fresh) {
      for (const row of this.database.queue.asideOf(definition)) {
        if (row.quarantine === 'person' || row.mismatchedBuilds.includes(worker.buildId)) continue;
        if (row.quarantine === 'crashes' && row.buildId === worker.buildId) continue;
        this.revive(row, now);
      }
    }
    hints.send({ kind: 'due' });
  }

  private revive(row: InstanceRow, now: number): void {
    this.database.queue.bringBack(row);
    row.status = row.undoing ? 'compensating' : 'suspended';
    row.quarantine = undefined;
    row.error = undefined;
    row.crashes = 0;
    this.database.changes.moveDue(row, now, now);
  }

  private lease(row: InstanceRow, request: PollRequest, now: number): LifecycleEvent[] {
    const { changes } = this.database;
    const resumed = row.status === 'suspended';
    if (row.status === 'pending' && this.parentHasEnded(row)) {
      row.cancel ??= Object.freeze({ reason: 'The parent ended.', requestedAt: now });
    }
    changes.lease(row, request, now);
    return resumed ? [changes.raise(row, 'resumed')] : [];
  }

  /** The parent may have ended in the very moment in which the child was created; one that was restarted since is wanted all the same. */
  private parentHasEnded(row: InstanceRow): boolean {
    if (row.parent === undefined || row.parent.close === 'abandon' || row.generation > 1) return false;
    const parent = this.database.instances.get(row.parent.workflowId);
    return parent === undefined || parent.isEnded || parent.generation !== row.parent.generation;
  }

  private lanesFor(request: PollRequest): Lane<InstanceRow>[] {
    return request.definitions.flatMap((definition) =>
      this.database.queue.lanesOf(definition).filter((lane) => !lane.excludedBuilds.includes(request.buildId)),
    );
  }

  private quarantineMismatches(request: PollRequest, now: number, events: LifecycleEvent[]): void {
    const { queue, workers, changes } = this.database;
    const since = now - request.mismatchGraceMs;
    for (const definition of request.definitions) {
      for (const lane of queue.lanesOf(definition)) {
        if (lane.excludedBuilds.length === 0) continue;
        queue.ripen(lane, now);
        if (workers.sawOtherBuild(definition, lane.excludedBuilds, since)) continue;
        for (const row of [...lane.ready, ...lane.suspects]) {
          if (row.mismatch === undefined || row.mismatch.at > since || row.lock !== undefined) continue;
          changes.quarantine(row, 'mismatch', row.mismatch.error, now);
          events.push(changes.raise(row, 'quarantined', { reason: 'No living build matches the journal.' }));
        }
      }
    }
  }
}

/** Who is claimed next: the best of the lanes' first ones. */
function first(lanes: readonly Lane<InstanceRow>[], allowSuspect: boolean): InstanceRow | undefined {
  let best: InstanceRow | undefined;
  const consider = (heap: IndexedHeap<InstanceRow>): void => {
    const row = heap.peek();
    if (row !== undefined && (best === undefined || isClaimedBefore(row, best))) best = row;
  };
  for (const lane of lanes) {
    consider(lane.ready);
    if (allowSuspect) consider(lane.suspects);
  }
  return best;
}

function crashReason(row: InstanceRow): string {
  return `Its worker was lost ${row.crashes} times in a row without a new entry.`;
}
