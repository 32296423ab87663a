import type { ConcurrencySlot } from '../core/records/index.js';
import { IndexedHeap } from '../core/time/index.js';
import { readyHeap } from './claim-queue.js';
import { isClaimedBefore } from './lane.js';
import type { InstanceRow } from './instance-row.js';

interface Limit {
  held: number;
  /** Who found the key full, by the heap they are claimed from: whoever wakes one must not wake only what nobody can run. */
  readonly blocked: Map<IndexedHeap<InstanceRow>, IndexedHeap<InstanceRow>>;
}

/**
 * Concurrency limits as slots that are taken in the claim. An instance that finds a key full leaves the queue; whoever frees a
 * slot brings the next one back.
 *
 * @internal
 */
export class SlotTable {
  private readonly limits = new Map<string, Limit>();

  /** Takes a slot of every key, or none and parks the row behind the first full one. */
  take(row: InstanceRow): boolean {
    if (row.holdsSlots || row.limits.length === 0) return true;
    const full = row.limits.find((slot) => this.limitOf(slot.key).held >= slot.limit);
    if (full !== undefined) {
      this.park(row, full);
      return false;
    }
    for (const slot of row.limits) this.limitOf(slot.key).held += 1;
    row.holdsSlots = true;
    return true;
  }

  /** Gives the slots back, and lets the next ones try. Called also for rows that end without holding any: one may have been their turn. */
  release(row: InstanceRow): void {
    for (const { key } of row.limits) {
      const limit = this.limitOf(key);
      if (row.holdsSlots) limit.held -= 1;
      this.wake(key, limit);
    }
    row.holdsSlots = false;
  }

  private park(row: InstanceRow, full: ConcurrencySlot): void {
    const { blocked } = this.limitOf(full.key);
    const origin = readyHeap(row);
    row.heap?.remove(row);
    let heap = blocked.get(origin);
    if (heap === undefined) blocked.set(origin, (heap = new IndexedHeap<InstanceRow>(isClaimedBefore)));
    heap.push(row);
    // A slot of its other keys that was its turn goes to somebody else.
    for (const { key } of row.limits) if (key !== full.key) this.wake(key, this.limitOf(key));
  }

  private wake(key: string, limit: Limit): void {
    for (const [origin, heap] of limit.blocked) {
      const next = heap.peek();
      if (next !== undefined && limit.held < limitFor(next, key)) {
        heap.remove(next);
        origin.push(next);
      }
      if (heap.size === 0) limit.blocked.delete(origin);
    }
    if (limit.held === 0 && limit.blocked.size === 0) this.limits.delete(key);
  }

  private limitOf(key: string): Limit {
    let limit = this.limits.get(key);
    if (limit === undefined) this.limits.set(key, (limit = { held: 0, blocked: new Map() }));
    return limit;
  }
}

function limitFor(row: InstanceRow, key: string): number {
  return row.limits.find((slot) => slot.key === key)?.limit ?? 0;
}
