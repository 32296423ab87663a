import { WorkflowStoreError } from '../core/errors/index.js';
import type { FlushResult, FlushUnit, InstanceTransition, StartUnit } from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';
import type { Lock } from './lock.js';
import type { MemoryDatabase } from './memory-database.js';
import { assertAllStorable, assertStorable } from './storable.js';
import { StreamLog } from './stream-log.js';

const NOTHING: readonly never[] = [];
const LOCKED: FlushResult = { kind: 'locked' };

/** Writes an owner's units: all of one or nothing of it. @internal */
export class UnitWriter {
  private streamId = 0;

  constructor(private readonly database: MemoryDatabase) {}

  /** What a unit would have to wait for: a lock on its row, or an open start of one of its children. */
  obstacle(unit: FlushUnit, row = this.rowOf(unit)): Lock | undefined {
    const lock = row?.lock;
    if (lock !== undefined || unit.children === undefined) return lock;
    for (const { seed } of unit.children) {
      const reserved = this.database.reserved.get(seed.id);
      if (reserved !== undefined) return reserved;
    }
    return undefined;
  }

  /** Writes a unit, unless it would have to wait. */
  write(unit: FlushUnit, resend: boolean): FlushResult {
    const row = this.rowOf(unit);
    if (this.obstacle(unit, row) !== undefined) return LOCKED;
    return this.judge(unit, resend, row) ?? this.apply(unit, row);
  }

  /** Why a unit is not (or no more) to be written; `undefined` when it is. */
  judge(unit: FlushUnit, resend: boolean, row = this.rowOf(unit)): FlushResult | undefined {
    if (row === undefined) return { kind: 'fenced' };
    if (resend && isWritten(row, unit)) return this.answer(row, unit);
    if (row.fence !== unit.fence || row.generation !== unit.generation || !row.isLeased) return { kind: 'fenced' };
    if (!holds(row, unit)) return { kind: 'changed', wakes: row.wakes, cancelRequested: row.cancel !== undefined };
    const next = unit.entries[0]?.position;
    if (next !== undefined && next <= row.journal.head) return { kind: 'conflict' };
    try {
      assertWellFormed(row, unit);
    } catch (error) {
      return { kind: 'rejected', error: error as Error };
    }
    return undefined;
  }

  /** Writes a unit that was judged in the same turn, or whose row was locked since. */
  apply(unit: FlushUnit, found = this.rowOf(unit)): FlushResult {
    const { database } = this;
    const row = found as InstanceRow;
    const result = this.answer(row, unit);
    for (const entry of unit.entries) {
      row.journal.append(entry, unit.fence);
      if (entry.signalId !== undefined) row.consume(entry.signalId);
      row.progressed = true;
    }
    for (const wait of unit.waits ?? NOTHING) database.waits.register(row, wait);
    for (const name of unit.endedWaits ?? NOTHING) database.waits.end(row, name);
    for (const child of unit.children ?? NOTHING) this.startChild(child);
    if (unit.stream !== undefined) this.addStream(row, unit);
    if (unit.customStatus !== undefined) row.customStatus = unit.customStatus ?? undefined;
    if (unit.transition !== undefined) this.transit(row, unit.transition);
    for (const signal of unit.signals ?? NOTHING) database.store(database.receive(signal));
    for (const event of unit.events ?? NOTHING) {
      if (event.seq <= row.eventSeq) continue;
      row.eventSeq = event.seq;
      database.outbox?.add(event);
    }
    return result;
  }

  /** What is said of a unit that is written, before its children are there. */
  answer(row: InstanceRow, unit: FlushUnit): FlushResult {
    if (unit.children === undefined)
      return { kind: 'applied', wakes: row.wakes, cancelRequested: row.cancel !== undefined };
    const strangers = unit.children
      .filter(({ seed }) => this.belongsToAnother(seed.id, unit))
      .map(({ seed }) => seed.id);
    return {
      kind: 'applied',
      wakes: row.wakes,
      cancelRequested: row.cancel !== undefined,
      ...(strangers.length === 0 ? {} : { existingChildren: strangers }),
    };
  }

  private rowOf({ workflowId }: FlushUnit): InstanceRow | undefined {
    return this.database.instances.get(workflowId);
  }

  private belongsToAnother(id: string, unit: FlushUnit): boolean {
    const existing = this.database.instances.get(id);
    if (existing === undefined) return false;
    return existing.parent?.workflowId !== unit.workflowId || existing.parent.generation !== unit.generation;
  }

  private startChild(child: StartUnit): void {
    if (this.database.instances.get(child.seed.id) !== undefined) return;
    this.database.insert(this.database.draft(child), child);
  }

  private addStream(row: InstanceRow, unit: FlushUnit): void {
    row.stream ??= new StreamLog();
    const at = this.database.now;
    for (const seed of unit.stream ?? NOTHING) row.stream.add(unit.generation, seed, (this.streamId += 1), at);
  }

  private transit(row: InstanceRow, transition: InstanceTransition): void {
    const { now, changes } = this.database;
    row.updatedAt = now;
    switch (transition.kind) {
      case 'suspend':
        row.status = transition.status;
        return changes.giveBack(row, transition.dueAt, now);
      case 'compensate':
        row.status = 'compensating';
        row.undoing = true;
        return;
      case 'end':
        return changes.end(row, transition, now);
      case 'continue':
        changes.nextGeneration(row, transition.seed);
        row.input = transition.input;
        row.inputHash = transition.inputHash;
        row.progressed = true;
        return;
      case 'release':
        return changes.giveBack(row, now, now);
      case 'mismatch':
        return changes.noteMismatch(row, transition.buildId, transition.error, now);
      case 'quarantine':
        return changes.quarantine(row, 'person', transition.error, now);
    }
  }
}

function holds(row: InstanceRow, { expect }: FlushUnit): boolean {
  if (expect === undefined) return true;
  if (expect.wakes !== undefined && expect.wakes !== row.wakes) return false;
  return expect.noCancel !== true || row.cancel === undefined;
}

/** Whether a repeated unit arrived the first time: its fence wrote its entries or, where it has none, left the row as it says. */
function isWritten(row: InstanceRow, unit: FlushUnit): boolean {
  if (unit.entries.length > 0) return row.journalOf(unit.generation)?.holds(unit.entries, unit.fence) ?? false;
  if (row.fence !== unit.fence || unit.transition === undefined) return false;
  if (unit.transition.kind === 'continue') return row.generation === unit.generation + 1;
  if (row.generation !== unit.generation || row.isLeased) return false;
  switch (unit.transition.kind) {
    case 'suspend':
    case 'end':
      return row.status === unit.transition.status;
    case 'quarantine':
      return row.status === 'quarantined';
    case 'mismatch':
      return row.mismatchedBuilds.includes(unit.transition.buildId);
    case 'release':
      return !row.isEnded;
    case 'compensate':
      return false;
  }
}

function assertWellFormed(row: InstanceRow, unit: FlushUnit): void {
  let expected = row.journal.head;
  for (const entry of unit.entries) {
    expected += 1;
    if (entry.position !== expected) {
      throw new WorkflowStoreError(
        `The entry "${entry.name}" of the workflow "${row.id}" has position ${entry.position} where ${expected} is next. Positions must be dense.`,
        { retryable: false },
      );
    }
    assertStorable(entry.name);
    assertStorable(entry.value);
    assertStorable(entry.error);
    assertStorable(entry.signalId);
  }
  assertStorable(unit.customStatus);
  for (const { seed } of unit.children ?? NOTHING) assertAllStorable(seed.id, seed.name, seed.input);
  for (const signal of unit.signals ?? NOTHING) assertAllStorable(signal.id, signal.name, signal.key, signal.payload);
  for (const item of unit.stream ?? NOTHING) assertAllStorable(item.step, item.payload);
  const { transition } = unit;
  if (transition?.kind === 'end') assertAllStorable(transition.output, transition.error);
  if (transition?.kind === 'continue') assertStorable(transition.input);
  if (transition?.kind === 'mismatch' || transition?.kind === 'quarantine') assertStorable(transition.error);
}
