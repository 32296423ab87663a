import type { IndexedHeap } from '../core/time/index.js';
import type { InstanceRow } from './instance-row.js';
import { Lane } from './lane.js';

/** From this many crashes on an instance is a suspect. @internal */
export const SUSPECT_CRASHES = 2;

/**
 * Who may be claimed, and in what order, without ever looking at those who may not.
 *
 * @internal
 */
export class ClaimQueue {
  private readonly lanes = new Map<string, Lane<InstanceRow>[]>();
  private readonly aside = new Map<string, Set<InstanceRow>>();

  /** Gives a row its lane; again whenever the builds that do not match it change. */
  assign(row: InstanceRow): void {
    const definition = `${row.name}@${row.version}`;
    const builds = row.mismatchedBuilds;
    let lanes = this.lanes.get(definition);
    if (lanes === undefined) this.lanes.set(definition, (lanes = []));
    let lane = lanes.find((one) => sameBuilds(one.excludedBuilds, builds));
    if (lane === undefined) lanes.push((lane = new Lane(definition, builds)));
    this.take(row);
    row.lane = lane;
  }

  /** Puts a row where its due instant says; a row without one waits for an outside event. */
  place(row: InstanceRow, now: number): void {
    this.take(row);
    if (row.dueAt === undefined) return;
    if (row.dueAt > now) row.lane.waiting.push(row);
    else readyHeap(row).push(row);
  }

  take(row: InstanceRow): void {
    row.heap?.remove(row);
  }

  /** A row that nobody may claim until it is brought back. */
  setAside(row: InstanceRow): void {
    this.take(row);
    const { definition } = row.lane;
    const aside = this.aside.get(definition);
    if (aside === undefined) this.aside.set(definition, new Set([row]));
    else aside.add(row);
  }

  bringBack(row: InstanceRow): void {
    this.aside.get(row.lane.definition)?.delete(row);
  }

  asideOf(definition: string): InstanceRow[] {
    return [...(this.aside.get(definition) ?? [])];
  }

  get asideCount(): number {
    let count = 0;
    for (const rows of this.aside.values()) count += rows.size;
    return count;
  }

  lanesOf(definition: string): readonly Lane<InstanceRow>[] {
    return this.lanes.get(definition) ?? [];
  }

  all(): Lane<InstanceRow>[] {
    return [...this.lanes.values()].flat();
  }

  /** Moves everything that has fallen due to those who can be claimed. */
  ripen(lane: Lane<InstanceRow>, now: number): void {
    for (let row = lane.waiting.peek(); row !== undefined && (row.dueAt as number) <= now; row = lane.waiting.peek()) {
      lane.waiting.remove(row);
      readyHeap(row).push(row);
    }
  }
}

/** Where a due row is claimed from. @internal */
export function readyHeap(row: InstanceRow): IndexedHeap<InstanceRow> {
  return row.crashesAtClaim >= SUSPECT_CRASHES ? row.lane.suspects : row.lane.ready;
}

function sameBuilds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((build) => b.includes(build));
}
