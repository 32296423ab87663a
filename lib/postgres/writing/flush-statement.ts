import type { FlushUnit } from '../../core/store/index.js';
import type { SqlStatement } from '../connection/index.js';
import { NOW, RowSet, columns, type PreparedTexts, type RowBatch, type TableNames } from '../sql/index.js';
import { tryIdLock } from './instance-seed.rows.js';
import { flushParts, type FlushPart } from './flush-parts.js';
import { featuresOf, type FlushFeatures } from './flush-features.js';
import { transitionValues, writesInstance, type TransitionValues } from './transition-values.js';

interface UnitRow {
  readonly unit: FlushUnit;
  readonly n: number;
  readonly transition: TransitionValues;
}

const IDENTITY = columns<UnitRow>(
  ['n', 'int4', ({ n }) => n, { counts: true }],
  ['id', 'text', ({ unit }) => unit.workflowId],
  ['generation', 'int4', ({ unit }) => unit.generation, { alike: 'F' }],
  ['fence', 'int4', ({ unit }) => unit.fence, { alike: 'F' }],
  ['entries', 'int4', ({ unit }) => unit.entries.length],
  ['first_position', 'int4', ({ unit }) => unit.entries[0]?.position],
);

const EXPECTATION = columns<UnitRow>(
  ['expected_wakes', 'int4', ({ unit }) => unit.expect?.wakes, { alike: 'W' }],
  ['no_cancel', 'bool', ({ unit }) => unit.expect?.noCancel ?? false, { alike: 'T' }],
);

const TRANSITION = columns<UnitRow>(
  ['writes', 'bool', ({ unit }) => writesInstance(unit), { alike: 'T' }],
  ['last_position', 'int4', ({ unit }) => unit.entries.at(-1)?.position ?? 0],
  ['last_event', 'int4', ({ unit }) => unit.events?.at(-1)?.seq ?? 0],
  ['sets_custom', 'bool', ({ unit }) => flagged(unit.customStatus !== undefined), { group: 'u' }],
  ['custom_status', 'text', ({ unit }) => unit.customStatus, { group: 'u' }],
  ['status', 'text', ({ transition }) => transition.status, { alike: 'T' }],
  ['leaves', 'bool', ({ transition }) => transition.leaves, { alike: 'T' }],
  ['due', 'text', ({ transition }) => transition.due, { alike: 'T' }],
  ['due_at', 'int8', ({ transition }) => transition.dueAt, { group: 's' }],
  ['ends', 'bool', ({ transition }) => transition.ends, { alike: 'T' }],
  ['output', 'text', ({ transition }) => transition.output, { group: 'o' }],
  ['error', 'text', ({ transition }) => transition.error, { group: 'o', alike: 'T' }],
  ['continues', 'bool', ({ transition }) => flagged(transition.continues), { group: 'c' }],
  ['input', 'text', ({ transition }) => transition.input, { group: 'c' }],
  ['input_hash', 'text', ({ transition }) => transition.inputHash, { group: 'c' }],
  ['seed', 'text', ({ transition }) => transition.seed, { group: 'c' }],
  ['mismatched_build', 'text', ({ transition }) => transition.mismatchedBuild, { group: 'm' }],
  ['quarantined_for', 'text', ({ transition }) => transition.quarantinedFor, { group: 'm', alike: 'T' }],
  ['calm', 'bool', ({ transition }) => transition.calm, { alike: 'T' }],
);

/** By what the units have, so that small flushes carry little. */
const UNITS = {
  '': new RowSet<UnitRow>(IDENTITY),
  x: new RowSet<UnitRow>([...IDENTITY, ...EXPECTATION]),
  t: new RowSet<UnitRow>([...IDENTITY, ...TRANSITION]),
  xt: new RowSet<UnitRow>([...IDENTITY, ...EXPECTATION, ...TRANSITION]),
};

/** How a flush takes the instance rows. @internal */
export interface FlushLocking {
  /** Wait for a locked row instead of leaving it out; only inside a transaction of its own. */
  readonly wait: boolean;
  /** Give back the concurrency slots of units that leave. */
  readonly slots: boolean;
}

/**
 * Builds the one statement of a flush: the lock list first, everything else depending on it, counts back. There is one text per
 * combination of what the units carry, so that a frequent small flush does not pay for rare parts.
 *
 * @internal
 */
export class FlushStatements {
  private readonly parts: readonly FlushPart[];

  constructor(
    private readonly tables: TableNames,
    private readonly texts: PreparedTexts,
    outbox: boolean,
    /** How long a transaction of user code may take to commit once its instance is locked. */
    private readonly commitTimeoutMs: number,
  ) {
    this.parts = flushParts(outbox);
  }

  /** Units must be in id order: every statement takes its locks in that order. */
  build(units: readonly FlushUnit[], offsetMs: number, locking: FlushLocking): SqlStatement {
    const rows = units.map((unit, index): UnitRow => ({
      unit,
      n: index + 1,
      transition: transitionValues(unit.transition),
    }));
    const features = featuresOf(units);
    const { expects, writes } = features;
    const batch = UNITS[`${expects ? 'x' : ''}${writes ? 't' : ''}`].batch(rows);
    const carried: Carried[] = [];
    for (const part of this.parts) {
      const items = part.collect(units);
      if (items.length > 0) carried.push({ part, batch: part.batch(items) });
    }
    // A lone unit of entries alone shares the row: it only has to keep a claim away until it is written.
    const share = units.length === 1 && !writes && carried.every(({ part }) => part.code === 'e');

    let key = `flush-${batch.code}`;
    for (const { part, batch: items } of carried) key += `-${part.code}${items.code}`;
    key += `-${features.code}${locking.slots ? 'l' : ''}-${locking.wait ? 'wait' : ''}`;
    const values = [offsetMs, ...batch.values];
    for (const { batch: items } of carried) values.push(...items.values);
    return { ...this.texts.get(key, () => this.text({ ...features, batch, carried, share, locking })), values };
  }

  private text(shape: Shape): string {
    const { batch, carried, writes, drops, consumes, guarded, locking } = shape;
    const t = this.tables;
    let next = 2 + batch.width;
    const sources = carried.map(({ part, batch: rows }) => {
      const source = rows.from('r', next);
      next += rows.width;
      return { part, source };
    });
    const childSource = sources.find(({ part }) => part.code === 'c')?.source;
    const entrySource = sources.find(({ part }) => part.code === 'e')?.source;
    const ctes = [
      `clock AS MATERIALIZED (SELECT ${NOW} AS now)`,
      ...(guarded && childSource !== undefined ? [guardCte(t, childSource)] : []),
      heldCte(t, shape),
      ...sources.map(({ part, source }) => `${part.cte} AS (${part.statement(t, source)})`),
      ...(consumes && entrySource !== undefined ? [consumedCte(t, entrySource)] : []),
      ...(writes ? [writtenCte(t, batch)] : []),
      ...(drops ? [droppedWaitsCte(t)] : []),
      ...(locking.slots ? [freedSlotsCte(t)] : []),
    ];
    const created = childSource === undefined ? 'NULL' : `(SELECT json_agg(id) FROM child)`;
    // Only the commit follows: a process that stops here, or a host that is gone, must not keep the instance locked for ever.
    const limit = `set_config('idle_in_transaction_session_timeout', '${Math.max(1, this.commitTimeoutMs)}', true)`;
    return `WITH ${ctes.join(',\n')}
SELECT array_agg(h.n) AS n, array_agg(h.wakes) AS wakes, array_agg(h.n) FILTER (WHERE h.cancelled) AS cancelled,
  ${created} AS children, ${countCheck(carried, writes)} AS checked${
    locking.wait ? `, ${limit} AS commit_timeout` : ''
  } FROM held h`;
  }
}

/** A part of a flush with its rows. */
interface Carried {
  readonly part: FlushPart;
  readonly batch: RowBatch;
}

interface Shape extends FlushFeatures {
  readonly batch: RowBatch;
  readonly carried: readonly Carried[];
  readonly share: boolean;
  readonly locking: FlushLocking;
}

/** A child under an id that somebody chose may be in the making elsewhere; its parent's unit then waits, not its neighbours. */
function guardCte(t: TableNames, childSource: string): string {
  return `guard AS MATERIALIZED (SELECT r.n, bool_and(NOT r.id_given OR ${tryIdLock(t, 'r.id')}) AS free FROM ${childSource} GROUP BY r.n)`;
}

function heldCte(t: TableNames, shape: Shape): string {
  const conditions = [
    'i.id = u.id',
    'i.fence = u.fence',
    'i.generation = u.generation',
    // After the lease was given back the same fence writes nothing more.
    'i.worker_id IS NOT NULL',
    // Positions of removed entries are never used again; those of others are kept apart by the journal's key.
    'coalesce(u.first_position > i.head, true)',
    ...(shape.expects
      ? [
          '(u.expected_wakes IS NULL OR i.wakes = u.expected_wakes)',
          '(NOT u.no_cancel OR i.cancel_requested_at IS NULL)',
        ]
      : []),
    ...(shape.guarded ? ['coalesce((SELECT g.free FROM guard g WHERE g.n = u.n), true)'] : []),
  ];
  const mode = `${shape.share ? 'FOR SHARE' : 'FOR NO KEY UPDATE'}${shape.locking.wait ? '' : ' SKIP LOCKED'}`;
  return `held AS MATERIALIZED (SELECT u.*, x.no, x.wakes, x.cancelled FROM ${shape.batch.from('u', 2)} CROSS JOIN LATERAL (
    SELECT i.no, i.wakes, i.cancel_requested_at IS NOT NULL AS cancelled FROM ${t.instances} i
    WHERE ${conditions.join(' AND ')} ${mode}) x)`;
}

/** Says nothing of columns that no unit of the batch would change. */
function writtenCte(t: TableNames, batch: RowBatch): string {
  const columns = [
    'updated_at = clock.now',
    'status = coalesce(h.status, i.status)',
    'event_seq = greatest(i.event_seq, h.last_event)',
    'worker_id = CASE WHEN h.leaves THEN NULL ELSE i.worker_id END',
    `due_at = CASE WHEN NOT h.leaves THEN i.due_at WHEN h.due = 'now' THEN clock.now ELSE h.due_at END`,
    'ended_at = CASE WHEN h.ends THEN clock.now ELSE i.ended_at END',
    'output = CASE WHEN h.ends THEN h.output ELSE i.output END',
    'error = CASE WHEN h.ends OR h.error IS NOT NULL THEN h.error ELSE i.error END',
    'crashes = CASE WHEN h.calm THEN 0 ELSE i.crashes END',
    'quarantined_for = h.quarantined_for',
  ];
  if (batch.uses('continues')) {
    columns.push(
      'generation = CASE WHEN h.continues THEN i.generation + 1 ELSE i.generation END',
      'head = CASE WHEN h.continues THEN 0 ELSE greatest(i.head, h.last_position) END',
      'claimed_head = CASE WHEN h.continues THEN 0 ELSE i.claimed_head END',
      'input = CASE WHEN h.continues THEN h.input ELSE i.input END',
      'input_hash = coalesce(h.input_hash, i.input_hash)',
      'seed = coalesce(h.seed, i.seed)',
    );
  } else {
    columns.push('head = greatest(i.head, h.last_position)');
  }
  if (batch.uses('sets_custom'))
    columns.push('custom_status = CASE WHEN h.sets_custom THEN h.custom_status ELSE i.custom_status END');
  if (batch.uses('mismatched_build')) {
    columns.push(
      `resume_status = CASE WHEN h.quarantined_for IS NOT NULL AND i.status = 'compensating' THEN i.status END`,
      'mismatched_at = CASE WHEN h.mismatched_build IS NULL THEN i.mismatched_at ELSE clock.now END',
      `mismatched_builds = CASE WHEN h.mismatched_build IS NULL OR h.mismatched_build = ANY (i.mismatched_builds)
        THEN i.mismatched_builds ELSE array_append(i.mismatched_builds, h.mismatched_build) END`,
    );
  } else {
    columns.push('resume_status = NULL');
  }
  return `written AS (UPDATE ${t.instances} i SET ${columns.join(',\n    ')}
  FROM held h, clock WHERE i.id = h.id AND h.writes RETURNING 1)`;
}

/**
 * Marks consumed mailbox signals, so that a reader of the inbox does not look at them again. The entry is what counts: a signal
 * that is just being routed stays unmarked, rather than be waited for.
 */
function consumedCte(t: TableNames, entrySource: string): string {
  return `taken AS MATERIALIZED (SELECT x.id FROM ${entrySource} JOIN held h ON h.n = r.n CROSS JOIN LATERAL (
    SELECT s.id FROM ${t.signals} s WHERE s.id = r.signal_id AND s.workflow_id = h.id FOR NO KEY UPDATE SKIP LOCKED) x),
marked AS (UPDATE ${t.signals} s SET consumed = true FROM taken k WHERE s.id = k.id)`;
}

function droppedWaitsCte(t: TableNames): string {
  return `dropped AS (DELETE FROM ${t.waits} WHERE ctid = ANY (ARRAY(
    SELECT x.ctid FROM held h CROSS JOIN LATERAL (
      SELECT w.ctid FROM ${t.waits} w WHERE w.instance_id = h.id OFFSET 0) x WHERE h.ends OR h.continues)))`;
}

function freedSlotsCte(t: TableNames): string {
  return `freed AS (UPDATE ${t.slots} SET released = true WHERE instance_id IN (SELECT h.id FROM held h WHERE h.leaves))`;
}

/**
 * Divides by zero, which undoes the whole statement, unless every locked unit was written whole. Postgres has written fewer rows
 * than asked for without a word where a lock and a write met in one statement.
 */
function countCheck(carried: readonly Carried[], writes: boolean): string {
  const checks = [
    ...(carried.some(({ part }) => part.code === 'e')
      ? ['(SELECT count(*) FROM entry) = (SELECT coalesce(sum(c.entries), 0) FROM held c)']
      : []),
    ...(writes ? ['(SELECT count(*) FROM written) = (SELECT count(*) FROM held c WHERE c.writes)'] : []),
  ];
  return checks.length === 0 ? '1' : `1 / (CASE WHEN ${checks.join(' AND ')} THEN 1 ELSE 0 END)`;
}

/** Absent rather than false, so that batches without it leave the column out. */
function flagged(value: boolean): true | undefined {
  return value ? true : undefined;
}

/** The state of the error that {@link countCheck} raises. @internal */
export const COUNT_CHECK_STATE = '22012';
