import type { InstanceRecord } from '../core/records/index.js';
import type { InstanceQuery, PurgeRequest } from '../core/store/index.js';
import { CreationOrder } from './creation-order.js';
import type { InstanceRow } from './instance-row.js';

const NONE: readonly never[] = [];

/** All instances, and the ways to find them. @internal */
export class InstanceTable {
  private readonly byId = new Map<string, InstanceRow>();
  private readonly byParent = new Map<string, Set<InstanceRow>>();
  private readonly order = new CreationOrder();
  /** In the order of their ends. */
  private readonly ended = new Set<InstanceRow>();

  get(id: string): InstanceRow | undefined {
    return this.byId.get(id);
  }

  add(row: InstanceRow): void {
    this.byId.set(row.id, row);
    this.order.add(row);
    if (row.parent === undefined) return;
    const siblings = this.byParent.get(row.parent.workflowId);
    if (siblings === undefined) this.byParent.set(row.parent.workflowId, new Set([row]));
    else siblings.add(row);
  }

  remove(row: InstanceRow): void {
    this.byId.delete(row.id);
    this.ended.delete(row);
    row.deleted = true;
    this.order.noteDeleted();
    if (row.parent === undefined) return;
    const siblings = this.byParent.get(row.parent.workflowId);
    siblings?.delete(row);
    if (siblings?.size === 0) this.byParent.delete(row.parent.workflowId);
  }

  noteEnded(row: InstanceRow): void {
    this.ended.add(row);
  }

  noteReopened(row: InstanceRow): void {
    this.ended.delete(row);
  }

  childrenOf(id: string): Iterable<InstanceRow> {
    return this.byParent.get(id) ?? NONE;
  }

  list(query: InstanceQuery): InstanceRecord[] {
    const page: InstanceRecord[] = [];
    const matches = matcher(query);
    for (const row of this.order.newestFirst(query.after)) {
      if (page.length >= query.limit) break;
      if (query.createdAfter !== undefined && row.createdAt < query.createdAfter) break;
      if (matches(row)) page.push(row.toRecord());
    }
    return page;
  }

  /** Ended instances that may be deleted, the first to end first. */
  *purgeable(request: PurgeRequest): Iterable<InstanceRow> {
    let left = request.limit;
    for (const row of this.ended) {
      if (left <= 0 || (row.endedAt as number) >= request.endedBefore) return;
      if (request.status !== undefined && !request.status.some((status) => status === row.status)) continue;
      if (!this.mayGo(row)) continue;
      left -= 1;
      yield row;
    }
  }

  /**
   * The oldest ends beyond the number that is kept, those that may go. Asked for a tenth at a time: the front of a long set
   * from which much was deleted is slow to find.
   */
  surplus(kept: number): readonly InstanceRow[] {
    if (this.ended.size <= kept + Math.floor(kept / 10)) return NONE;
    const rows: InstanceRow[] = [];
    let left = this.ended.size - kept;
    for (const row of this.ended) {
      if (left <= 0) break;
      left -= 1;
      if (this.mayGo(row)) rows.push(row);
    }
    return rows;
  }

  /** The creation number of the oldest instance that has not ended. */
  oldestOpen(): number {
    for (const row of this.byId.values()) if (!row.isEnded) return row.seq;
    return Infinity;
  }

  *all(): Iterable<InstanceRow> {
    yield* this.byId.values();
  }

  private mayGo(row: InstanceRow): boolean {
    const parent = row.parent === undefined ? undefined : this.byId.get(row.parent.workflowId);
    return row.lock === undefined && (parent === undefined || parent.isEnded);
  }
}

function matcher(query: InstanceQuery): (row: InstanceRow) => boolean {
  const statuses = query.status === undefined ? undefined : new Set(query.status);
  const attributes = Object.entries(query.attributes ?? {});
  return (row) =>
    (statuses === undefined || statuses.has(row.status)) &&
    (query.name === undefined || row.name === query.name) &&
    (query.version === undefined || row.version === query.version) &&
    (query.parentId === undefined || row.parent?.workflowId === query.parentId) &&
    (query.createdBefore === undefined || row.createdAt < query.createdBefore) &&
    attributes.every(([key, value]) => row.attributes[key] === value);
}
