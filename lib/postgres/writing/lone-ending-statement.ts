import type { FlushUnit, InstanceTransition } from '../../core/store/index.js';
import type { SqlStatement } from '../connection/index.js';
import { NOW, type PreparedTexts, type TableNames } from '../sql/index.js';
import { loneEntry } from './flush-parts.js';
import { isBare } from './lone-entry-statement.js';

type Ending = Extract<InstanceTransition, { kind: 'end' }>;

/** Whether a unit ends its instance, with one result to record or none, and does nothing else: how nearly every run completes. @internal */
export function isLoneEnding(unit: FlushUnit): boolean {
  return (
    unit.transition?.kind === 'end' &&
    unit.entries.length <= 1 &&
    unit.entries[0]?.signalId === undefined &&
    unit.expect?.wakes === undefined &&
    unit.waitless === true &&
    isBare(unit)
  );
}

/**
 * The flush of one instance's end, by the rules of every flush: the row is locked first where the fence holds and nothing has come in
 * between, what is written is written for the locked row, and counted. The general form is three times as long.
 *
 * @internal
 */
export function loneEndingStatement(
  tables: TableNames,
  texts: PreparedTexts,
  unit: FlushUnit,
  offsetMs: number,
): SqlStatement {
  const { status, output, error } = unit.transition as Ending;
  const [entry] = unit.entries;
  const batch = entry && loneEntry.batch([entry]);
  const key = `flush-end-${unit.expect?.noCancel === true ? 'x' : ''}-${batch?.code ?? ''}`;
  const prepared = texts.get(key, () => {
    const columns = batch?.expressions(9) ?? [];
    const [position] = columns;
    const conditions = [
      ...['i.id = $2::text', 'i.generation = $3::int4', 'i.fence = $4::int4', 'i.worker_id IS NOT NULL'],
      ...(position === undefined ? [] : [`i.head < ${position.expression}`]),
      ...(unit.expect?.noCancel === true ? ['i.cancel_requested_at IS NULL'] : []),
    ];
    const ctes = [
      `held AS MATERIALIZED (SELECT i.no, i.wakes, i.cancel_requested_at IS NOT NULL AS cancelled, ${NOW} AS now FROM ${tables.instances} i
    WHERE ${conditions.join(' AND ')} FOR NO KEY UPDATE SKIP LOCKED)`,
      `written AS (UPDATE ${tables.instances} i SET status = $5::text, event_seq = greatest(i.event_seq, $6::int4), output = $7::text,
    error = $8::text, updated_at = h.now, ended_at = h.now, worker_id = NULL, due_at = NULL, crashes = 0, quarantined_for = NULL,
    resume_status = NULL${position === undefined ? '' : `, head = ${position.expression}`} FROM held h WHERE i.id = $2::text RETURNING 1)`,
    ];
    let written = '(SELECT count(*) FROM written)';
    if (position !== undefined) {
      ctes.push(`entry AS (INSERT INTO ${tables.entries} (instance_no, generation, fence, ${columns.map(({ column }) => column).join(', ')})
    SELECT h.no, $3::int4, $4::int4, ${columns.map(({ expression }) => expression).join(', ')} FROM held h RETURNING 1)`);
      written += ' * (SELECT count(*) FROM entry)';
    }
    return `WITH ${ctes.join(',\n')}\nSELECT h.wakes, h.cancelled, 1 / (${written}) AS checked FROM held h`;
  });
  const values = [offsetMs, unit.workflowId, unit.generation, unit.fence, status, unit.events?.at(-1)?.seq ?? 0];
  return { ...prepared, values: [...values, output, error, ...(batch?.values ?? [])] };
}
