import { isTerminal, type JournalEntry } from '../../../lib/core/records/index.js';
import type { World } from '../engine/world.js';
import { storedEntries, storedFences } from './stored.js';
import type { Watch } from './watch.js';

type Row = NonNullable<ReturnType<World['database']['database']['instances']['get']>>;

/** What was last seen of a row. */
interface Seen {
  seq: number;
  fence: number;
  generation: number;
  head: number;
  eventSeq: number;
  wakes: number;
  status: string;
  output: string | undefined;
  error: string | undefined;
  workerId: string | undefined;
  entries: readonly JournalEntry[];
  crashes: number;
}

/** A lease that ended without being given back. */
export interface Loss {
  readonly fence: number;
  readonly order: number;
}

/** Rules over the stored rows, checked after every step: what is written stays, and nothing old writes any more. */
export class RowRules {
  private readonly seen = new Map<string, Seen>();
  readonly losses = new Map<string, Loss[]>();
  /** Instances that have ended and go on since a person has asked for it. */
  readonly reopened = new Set<string>();
  private readonly deleted = new Set<string>();
  private stepsSeen = -1;

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
  ) {}

  /** How often an instance's lease was lost (or its fence raised) while somebody executed it. */
  lossesOf(workflowId: string): readonly Loss[] {
    return this.losses.get(workflowId) ?? [];
  }

  /** Somebody has deleted it. It may be there again, by a start that was under way for long: that is another one. */
  isDeleted(workflowId: string): boolean {
    if (!this.watch.askedToDelete.has(workflowId)) return false;
    const row = this.world.database.database.instances.get(workflowId);
    if (row === undefined || row.seq !== (this.seen.get(workflowId)?.seq ?? row.seq)) this.deleted.add(workflowId);
    return this.deleted.has(workflowId);
  }

  look(): void {
    if (this.stepsSeen === this.world.scheduler.steps) return;
    this.stepsSeen = this.world.scheduler.steps;
    const held = new Map<string, { count: number; limit: number }>();
    for (const row of this.world.database.database.instances.all()) {
      this.lookAt(row);
      if (!row.holdsSlots) continue;
      for (const { key, limit } of row.limits) {
        const slot = held.get(key) ?? { count: 0, limit };
        slot.count += 1;
        held.set(key, slot);
      }
    }
    for (const [key, { count, limit }] of held)
      if (count > limit) this.watch.violate('slots are never exceeded', `${count} of ${limit} hold "${key}"`);
  }

  private lookAt(row: Row): void {
    const last = this.seen.get(row.id);
    const isAnother = last?.seq !== row.seq && this.isDeleted(row.id);
    if (last === undefined || isAnother) {
      this.seen.set(row.id, this.snapshot(row, storedEntries(row.journal).slice()));
      return;
    }
    if (
      last.fence === row.fence &&
      last.head === row.journal.head &&
      last.generation === row.generation &&
      last.status === row.status &&
      last.workerId === row.workerId &&
      last.wakes === row.wakes
    )
      return;
    const entries = storedEntries(row.journal).slice();
    this.compare(row, last, entries);
    this.seen.set(row.id, this.snapshot(row, entries));
  }

  private compare(row: Row, last: Seen, entries: readonly JournalEntry[]): void {
    const name = `"${row.id}"`;
    if (row.fence < last.fence) this.watch.violate('fences rise', `${name} went from ${last.fence} to ${row.fence}`);
    if (row.wakes < last.wakes) this.watch.violate('wakes rise', `${name} went from ${last.wakes} to ${row.wakes}`);
    if (row.eventSeq < last.eventSeq) this.watch.violate('event numbers rise', name);
    if (row.generation < last.generation) this.watch.violate('generations rise', name);
    if (isTerminal(last.status as Row['status'])) {
      if (!row.isEnded && this.watch.askedToReopen.has(row.id)) {
        this.reopened.add(row.id);
        return;
      }
      if (row.status !== last.status || row.output !== last.output || row.error !== last.error)
        this.watch.violate('an outcome never changes', `${name} went from ${last.status} to ${row.status}`);
    }
    const isSetAside = row.status === 'quarantined' && last.workerId !== undefined && row.workerId === undefined;
    if ((row.fence > last.fence && last.workerId !== undefined) || isSetAside) {
      const losses = this.losses.get(row.id) ?? [];
      losses.push({ fence: last.fence, order: this.world.ledger.mark() });
      this.losses.set(row.id, losses);
    }
    if (row.generation === last.generation) this.compareJournal(row, last, entries);
    else this.checkNew(row, entries, 0);
  }

  private compareJournal(row: Row, last: Seen, entries: readonly JournalEntry[]): void {
    for (const [index, entry] of last.entries.entries()) {
      if (entries[index] !== entry) {
        this.watch.violate('what is recorded stays', `"${row.id}" changed its entry ${entry.position}:${entry.name}`);
        return;
      }
    }
    this.checkNew(row, entries, last.entries.length);
  }

  private checkNew(row: Row, entries: readonly JournalEntry[], from: number): void {
    const fences = storedFences(row.journal);
    const names = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      if (names.has(entry.name)) this.watch.violate('names are unique', `"${row.id}" has "${entry.name}" twice`);
      names.add(entry.name);
      if (index < from) continue;
      const before = entries[index - 1]?.position ?? 0;
      if (entry.position !== before + 1 && !this.reopened.has(row.id))
        this.watch.violate('positions are dense', `"${row.id}" has ${entry.position} after ${before}`);
      if (entry.recordedAt < (entries[index - 1]?.recordedAt ?? 0))
        this.watch.violate('recorded time never goes back', `"${row.id}" at ${entry.position}:${entry.name}`);
      const fence = fences[index] as number;
      if (fence < row.fence && row.isLeased && !this.ownedAt(row, fence))
        this.watch.violate(
          'no older fence writes after a new claim',
          `"${row.id}" (fence ${row.fence}) got ${entry.position}:${entry.name} under fence ${fence}`,
        );
      this.checkTimer(row, entry, entries);
    }
  }

  /** Whether the fence held until this very step: an entry and the claim after it cannot fall into one. */
  private ownedAt(row: Row, fence: number): boolean {
    const last = this.seen.get(row.id);
    return last !== undefined && last.fence <= fence && row.fence === fence + 1 && last.fence === fence;
  }

  private checkTimer(row: Row, entry: JournalEntry, entries: readonly JournalEntry[]): void {
    if (entry.kind !== 'arrival' || entry.data?.winner === undefined) return;
    const marker = entries.find((candidate) => candidate.name === `$wait:${entry.name}`);
    const dueAt = marker?.data?.dueAt?.[entry.data.winner];
    if (dueAt === undefined) return;
    if (this.world.latest < dueAt || entry.recordedAt < dueAt)
      this.watch.violate(
        'timers are never early',
        `"${row.id}" ended "${entry.name}" ${dueAt - Math.min(this.world.latest, entry.recordedAt)} ms early`,
      );
  }

  private snapshot(row: Row, entries: readonly JournalEntry[]): Seen {
    return {
      seq: row.seq,
      fence: row.fence,
      generation: row.generation,
      head: row.journal.head,
      eventSeq: row.eventSeq,
      wakes: row.wakes,
      status: row.status,
      output: row.output,
      error: row.error,
      workerId: row.workerId,
      entries,
      crashes: row.crashes,
    };
  }
}
