import type { StoreHealth } from '../core/store/index.js';
import type { MemoryDatabase } from './memory-database.js';

/** How things stand; looks at everything that is due. @internal */
export function healthOf(database: MemoryDatabase, definitions: readonly string[]): StoreHealth {
  const { now, queue, workers } = database;
  const unclaimable: Record<string, number> = {};
  const mismatched: Record<string, number> = {};
  let oldest = Infinity;
  for (const lane of queue.all()) {
    queue.ripen(lane, now);
    const due = lane.ready.size + lane.suspects.size;
    if (due === 0) continue;
    for (const heap of [lane.ready, lane.suspects])
      for (const row of heap) oldest = Math.min(oldest, row.dueAt as number);
    const { definition, excludedBuilds } = lane;
    const builds = workers.liveBuilds(definition, now);
    const isKnown = builds.length > 0 || definitions.includes(definition);
    if (isKnown && (excludedBuilds.length === 0 || builds.some((build) => !excludedBuilds.includes(build)))) continue;
    const stuck = isKnown ? mismatched : unclaimable;
    stuck[definition] = (stuck[definition] ?? 0) + due;
  }
  return {
    reachable: true,
    schemaCurrent: true,
    quarantined: queue.asideCount,
    unclaimable,
    mismatched,
    ...(oldest === Infinity ? {} : { oldestDueAgeMs: now - oldest }),
  };
}
