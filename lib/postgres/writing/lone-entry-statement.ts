import type { FlushUnit } from '../../core/store/index.js';
import type { SqlRow, SqlStatement } from '../connection/index.js';
import { flag, number } from '../records/index.js';
import type { PreparedTexts, TableNames } from '../sql/index.js';
import { loneEntry } from './flush-parts.js';

/** Whether a unit records one result and does nothing else: what most flushes of a quiet process are. @internal */
export function isLoneEntry(unit: FlushUnit): boolean {
  return (
    unit.entries.length === 1 &&
    unit.entries[0]?.signalId === undefined &&
    unit.transition === undefined &&
    unit.expect === undefined &&
    unit.events === undefined &&
    isBare(unit)
  );
}

/** Whether a unit has nothing but entries, and what becomes of its instance. @internal */
export function isBare(unit: FlushUnit): boolean {
  return (
    unit.waits === undefined &&
    unit.endedWaits === undefined &&
    unit.children === undefined &&
    unit.signals === undefined &&
    unit.stream === undefined &&
    unit.customStatus === undefined
  );
}

/**
 * The flush of one entry of one instance, by the rules of every flush: the row is locked first where the fence holds, the entry is
 * written for the locked row, and what was written is counted. Said in few words, since the server reads them each time: the general
 * form takes about a third longer.
 *
 * @internal
 */
export function loneEntryStatement(tables: TableNames, texts: PreparedTexts, unit: FlushUnit): SqlStatement {
  const [entry] = unit.entries;
  const batch = loneEntry.batch(entry === undefined ? [] : [entry]);
  const prepared = texts.get(`entry-${batch.code}`, () => {
    const columns = batch.expressions(4);
    const position = columns[0]?.expression ?? '';
    // Shared: it only has to keep a claim away until the entry is written.
    return `WITH held AS MATERIALIZED (SELECT i.no, i.wakes, i.cancel_requested_at IS NOT NULL AS cancelled FROM ${tables.instances} i
    WHERE i.id = $1::text AND i.generation = $2::int4 AND i.fence = $3::int4 AND i.worker_id IS NOT NULL AND i.head < ${position}
    FOR SHARE SKIP LOCKED),
entry AS (INSERT INTO ${tables.entries} (instance_no, generation, fence, ${columns.map(({ column }) => column).join(', ')})
    SELECT h.no, $2::int4, $3::int4, ${columns.map(({ expression }) => expression).join(', ')} FROM held h RETURNING 1)
SELECT h.wakes, h.cancelled, 1 / (SELECT count(*) FROM entry) AS checked FROM held h`;
  });
  return { ...prepared, values: [unit.workflowId, unit.generation, unit.fence, ...batch.values] };
}

/**
 * The same where the owner knows what the answer would tell: the entry is written only for a row whose wakes are those it has seen
 * and that nobody has cancelled. One entry was written then, or none, and whoever reads that none was asks by the other form.
 *
 * @internal
 */
export function knownEntryStatement(tables: TableNames, texts: PreparedTexts, unit: FlushUnit): SqlStatement {
  const batch = loneEntry.batch(unit.entries);
  const prepared = texts.get(`entry-known-${batch.code}`, () => {
    const columns = batch.expressions(5);
    const position = columns[0]?.expression ?? '';
    return `INSERT INTO ${tables.entries} (instance_no, generation, fence, ${columns.map(({ column }) => column).join(', ')})
    SELECT i.no, $2::int4, $3::int4, ${columns.map(({ expression }) => expression).join(', ')} FROM ${tables.instances} i
    WHERE i.id = $1::text AND i.generation = $2::int4 AND i.fence = $3::int4 AND i.worker_id IS NOT NULL AND i.head < ${position}
      AND i.wakes = $4::int4 AND i.cancel_requested_at IS NULL FOR SHARE SKIP LOCKED`;
  });
  return { ...prepared, values: [unit.workflowId, unit.generation, unit.fence, unit.knownWakes, ...batch.values] };
}

/** What the flush of a lone unit answers. @internal */
export function loneAnswer(row: SqlRow): { readonly wakes: number; readonly cancelRequested: boolean } {
  return { wakes: number(row, 'wakes'), cancelRequested: flag(row, 'cancelled') };
}
