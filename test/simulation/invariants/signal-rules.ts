import type { Driver } from '../engine/driver.js';
import type { World } from '../engine/world.js';

/** Each accepted signal is consumed once by each instance it is for, or listed; none comes out of nowhere. */
export function checkSignals(world: World, driver: Driver): void {
  const { watch } = world;
  const consumers = new Map<string, string[]>();
  for (const row of world.database.database.instances.all()) {
    for (let generation = 1; generation <= row.generation; generation++) {
      for (const entry of row.journalOf(generation)?.read() ?? []) {
        if (entry.signalId === undefined) continue;
        const known = consumers.get(entry.signalId) ?? [];
        if (known.includes(row.id)) watch.violate('a signal is taken once', `${entry.signalId} by "${row.id}"`);
        consumers.set(entry.signalId, [...known, row.id]);
      }
    }
  }
  for (const [id, seed] of driver.stored) {
    if (seed.workflowId === undefined) continue;
    const row = world.database.database.instances.get(seed.workflowId);
    if (watch.rows.isDeleted(seed.workflowId)) continue;
    const takers = consumers.get(id) ?? [];
    const isListed = row?.mailbox?.has(id) ?? false;
    if (takers.length > 1 || (takers[0] !== undefined && takers[0] !== seed.workflowId))
      watch.violate('a signal is taken once', `${id} for "${seed.workflowId}" was taken by ${takers.join()}`);
    if (takers.length === 0 && !isListed) watch.violate('no signal is lost', `${id} for "${seed.workflowId}"`);
    if (takers.length > 0 && isListed) watch.violate('a taken signal is not listed', `${id} for "${seed.workflowId}"`);
  }
  for (const id of driver.withdrawn)
    if (consumers.has(id)) watch.violate('a signal rolled back is no signal', `${id} by ${consumers.get(id)?.join()}`);
}
