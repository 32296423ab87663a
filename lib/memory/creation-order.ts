import type { InstanceRow } from './instance-row.js';

/** A place in the order of creation: the instant, then the id. @internal */
export interface CreationPlace {
  readonly createdAt: number;
  readonly id: string;
}

/** Every instance in the order of creation, so that a page of a listing is found without looking at the pages before. @internal */
export class CreationOrder {
  private rows: InstanceRow[] = [];
  private deleted = 0;
  /** Sorted when somebody looks: starts are many, listings are few. */
  private isSorted = true;

  add(row: InstanceRow): void {
    const last = this.rows.at(-1);
    if (last !== undefined && comesBefore(row, last)) this.isSorted = false;
    this.rows.push(row);
  }

  /** To be called after the row was marked as deleted. */
  noteDeleted(): void {
    this.deleted += 1;
    if (this.deleted * 2 <= this.rows.length) return;
    this.rows = this.rows.filter((row) => !row.deleted);
    this.deleted = 0;
  }

  /** Newest first, from the place after the given one. */
  *newestFirst(after: CreationPlace | undefined): Iterable<InstanceRow> {
    this.sort();
    const { rows } = this;
    for (let index = (after === undefined ? rows.length : this.countBefore(after)) - 1; index >= 0; index -= 1) {
      const row = rows[index] as InstanceRow;
      if (!row.deleted) yield row;
    }
  }

  private sort(): void {
    if (this.isSorted) return;
    this.rows.sort((a, b) => (comesBefore(a, b) ? -1 : 1));
    this.isSorted = true;
  }

  private countBefore(place: CreationPlace): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comesBefore(this.rows[middle] as InstanceRow, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function comesBefore(a: CreationPlace, b: CreationPlace): boolean {
  return a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id);
}
