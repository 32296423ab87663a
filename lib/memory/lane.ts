import { IndexedHeap, type HeapItem } from '../core/time/index.js';

/** What a lane orders its rows by. @internal */
export interface Ranked {
  readonly dueAt: number | undefined;
  /** Due instant plus priority. */
  readonly rank: number;
  /** Order of creation. */
  readonly seq: number;
}

/** Instances that the same builds may claim: one definition, and the builds whose code did not match. @internal */
export class Lane<Row extends Ranked & HeapItem<Row>> {
  /** Not due yet, by due instant. */
  readonly waiting = new IndexedHeap<Row>(isDueBefore);
  /** Due, by rank. */
  readonly ready = new IndexedHeap<Row>(isClaimedBefore);
  /** Due, and crashed so often that a process runs one of them at a time. */
  readonly suspects = new IndexedHeap<Row>(isClaimedBefore);

  constructor(
    readonly definition: string,
    readonly excludedBuilds: readonly string[],
  ) {}
}

function isDueBefore(a: Ranked, b: Ranked): boolean {
  const difference = (a.dueAt as number) - (b.dueAt as number);
  return difference < 0 || (difference === 0 && a.seq < b.seq);
}

/** A second of waiting is worth one step of priority, so that nothing starves. @internal */
export function isClaimedBefore(a: Ranked, b: Ranked): boolean {
  const difference = a.rank - b.rank;
  return difference < 0 || (difference === 0 && a.seq < b.seq);
}
