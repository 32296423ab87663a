import { isEngineName } from '../../../lib/core/records/index.js';
import type { CrashBench, LedgerLine } from './crash-bench.js';

/** A row as far as invariants look at it. */
interface InstanceRow {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly event_seq: number;
  readonly worker_id: string | null;
  readonly due_at: string | null;
  readonly ended_at: string | null;
}

interface EntryRow {
  readonly id: string;
  readonly generation: number;
  readonly position: number;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly recorded_at: string;
  readonly signal_id: string | null;
  readonly data: string | null;
}

const TERMINAL = new Set(['completed', 'failed', 'cancelled', 'compensation_failed']);

/** What SQL and the ledger say of all instances of a bench. */
export class Findings {
  private constructor(
    readonly instances: readonly InstanceRow[],
    readonly journals: ReadonlyMap<string, readonly EntryRow[]>,
    readonly ledger: ReadonlyMap<string, readonly LedgerLine[]>,
    readonly incidents: readonly string[],
    readonly bookings: ReadonlyMap<string, number>,
    readonly leftWaits: number,
    private readonly tellsAll: boolean,
  ) {}

  /** @param tellsAll Whether every event was to be told, those of steps too. */
  static async of(bench: CrashBench, tellsAll = true): Promise<Findings> {
    const instances = await bench.sql<InstanceRow>(
      `SELECT id, name, status, event_seq, worker_id, due_at, ended_at FROM ${bench.table('instances')}`,
    );
    const entries = await bench.sql<EntryRow>(
      `SELECT instance_id AS id, generation, "position", name, kind, status, recorded_at, signal_id, data
       FROM ${bench.table('journal')} ORDER BY instance_id, generation, "position"`,
    );
    const bookings = await bench.sql<{ id: string; count: string }>(
      `SELECT instance_id || '/' || step AS id, count(*) FROM "${bench.config.schema}".business GROUP BY 1`,
    );
    const [waits] = await bench.sql<{ count: string }>(`SELECT count(*) FROM ${bench.table('waits')}`);
    const lines = await bench.ledger();
    return new Findings(
      instances,
      groupById(entries),
      groupById(lines),
      lines.filter(({ what }) => what === 'incident').map(({ text }) => text ?? ''),
      new Map(bookings.map(({ id, count }) => [id, Number(count)])),
      Number(waits?.count),
      tellsAll,
    );
  }

  journal(id: string): readonly EntryRow[] {
    return this.journals.get(id) ?? [];
  }

  lines(id: string, what: LedgerLine['what']): readonly LedgerLine[] {
    return (this.ledger.get(id) ?? []).filter((line) => line.what === what);
  }

  /** How often each step's effect happened. */
  effects(id: string, what: 'effect' | 'undo' = 'effect'): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { step } of this.lines(id, what)) counts[step] = (counts[step] ?? 0) + 1;
    return counts;
  }

  /** Violations of what holds for every instance, whatever it does and whatever befell it; none is right. */
  violations(): string[] {
    return [
      ...this.incidents.map((text) => `A process had an incident: ${text}`),
      ...this.instances.flatMap((instance) => [
        ...this.unended(instance),
        ...this.brokenJournal(instance),
        ...this.unstableKeys(instance),
        ...(this.tellsAll ? this.brokenEvents(instance) : []),
        ...this.earlyTimers(instance),
        ...this.unrecordedEffects(instance),
        ...this.brokenUndo(instance),
      ]),
      ...(this.leftWaits === 0 ? [] : [`${this.leftWaits} waits are left of ended instances.`]),
    ];
  }

  private *unended({ id, status, worker_id, due_at, ended_at }: InstanceRow): Iterable<string> {
    if (!TERMINAL.has(status) || ended_at === null) yield `${id} has not ended: ${status}.`;
    else if (worker_id !== null || due_at !== null) yield `${id} has ended and is leased or due.`;
  }

  private *brokenJournal({ id }: InstanceRow): Iterable<string> {
    const entries = this.journal(id);
    for (const [index, { position, name }] of entries.entries())
      if (position !== index + 1) yield `${id}: "${name}" stands at ${position}, not at ${index + 1}.`;
    const names = entries.map(({ name }) => name);
    for (const name of duplicates(names)) yield `${id}: "${name}" is recorded twice.`;
    const signals = entries.flatMap(({ signal_id }) => signal_id ?? []);
    for (const signal of duplicates(signals)) yield `${id}: the signal "${signal}" is consumed twice.`;
  }

  /** Whatever is called from outside gets one key for one effect. */
  private *unstableKeys({ id }: InstanceRow): Iterable<string> {
    for (const what of ['effect', 'undo'] as const) {
      const keys = new Map<string, Set<string>>();
      for (const { step, key } of this.lines(id, what)) keys.set(step, (keys.get(step) ?? new Set()).add(key));
      for (const [step, { size }] of keys) if (size > 1) yield `${id}: ${what} "${step}" had ${size} keys.`;
    }
  }

  private *brokenEvents({ id, event_seq }: InstanceRow): Iterable<string> {
    const first = new Map<number, string>();
    const order: number[] = [];
    for (const { seq, eventId } of this.lines(id, 'event')) {
      const known = first.get(seq);
      if (known === undefined) {
        first.set(seq, eventId);
        order.push(seq);
      } else if (known !== eventId) yield `${id}: event ${seq} had the ids ${known} and ${eventId}.`;
    }
    const expected = Array.from({ length: event_seq }, (_, index) => index + 1);
    const told = this.lines(id, 'event').filter(({ type }) => /^step_(completed|failed)$/.test(type));
    const stepsTold = new Set(told.map(({ seq }) => seq)).size;
    const steps = this.journal(id).filter((entry) => entry.kind === 'step' && !isEngineName(entry.name)).length;
    if (stepsTold !== steps) yield `${id}: ${stepsTold} ends of steps were told instead of ${steps}.`;
    if (order.join() !== expected.join())
      yield `${id}: the events ${order.join()} arrived instead of 1 to ${event_seq}.`;
  }

  private *earlyTimers({ id }: InstanceRow): Iterable<string> {
    const entries = this.journal(id);
    for (const { name, kind, data, recorded_at } of entries) {
      if (kind !== 'arrival') continue;
      const { winner } = JSON.parse(data ?? '{}') as { winner?: string };
      const marker = entries.find((entry) => entry.name === `$wait:${name}`);
      const { dueAt } = JSON.parse(marker?.data ?? '{}') as { dueAt?: Record<string, number> };
      const due = winner === undefined ? undefined : dueAt?.[winner];
      if (due !== undefined && Number(recorded_at) < due)
        yield `${id}: "${name}" ended at ${recorded_at}, due at ${due}.`;
    }
  }

  /** A recorded result has an effect behind it; an effect of a transaction and its record stand together. */
  private *unrecordedEffects({ id }: InstanceRow): Iterable<string> {
    const effects = this.effects(id);
    for (const { name, kind, status } of this.journal(id)) {
      // What was stopped may have been stopped before it began.
      if (kind === 'step' && status !== 'cancelled' && !isEngineName(name) && effects[name] === undefined)
        yield `${id}: step "${name}" is recorded and had no effect.`;
    }
    for (const step of new Set(this.lines(id, 'effect').map((line) => line.step))) {
      const booked = this.bookings.get(`${id}/${step}`);
      if (booked !== undefined && booked !== 1) yield `${id}: transaction "${step}" committed ${booked} times.`;
    }
  }

  /** What is undone is what was completed, in the reverse of its recorded order. */
  private *brokenUndo({ id, status }: InstanceRow): Iterable<string> {
    const undone = this.journal(id).filter(({ kind }) => kind === 'undo');
    if (undone.length === 0) return;
    const results = this.journal(id).filter(({ kind }) => kind === 'step');
    const ended = new Set(results.map(({ name }) => `$start:${name}`));
    const begun = this.journal(id).filter(({ kind, name }) => kind === 'start' && !ended.has(name));
    // What was begun and has no result is possibly done, and undone first.
    const uncertain = begun.map(({ name }) => name.slice('$start:'.length)).reverse();
    const completed = results.filter((entry) => entry.status === 'completed').map(({ name }) => name);
    const expected = [...uncertain, ...completed.reverse()].map((name) => `$compensate:${name}`);
    const actual = undone.map(({ name }) => name);
    if (actual.join() !== expected.join())
      yield `${id} (${status}) undid ${actual.join(', ')} instead of ${expected.join(', ')}.`;
    const order = [...new Set(this.lines(id, 'undo').map(({ step }) => `$compensate:${step}`))];
    if (order.join() !== actual.join()) yield `${id}: the undos happened in the order ${order.join(', ')}.`;
  }
}

function duplicates(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function groupById<T extends { readonly id: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.id);
    if (group === undefined) groups.set(row.id, [row]);
    else group.push(row);
  }
  return groups;
}
