import type { FlushUnit } from '../../core/store/index.js';
import type { SqlStatement } from '../connection/index.js';
import { NOW, RowSet, columns, type PreparedTexts, type TableNames } from '../sql/index.js';
import { flushParts, type FlushPart } from './flush-parts.js';
import { tryIdLock } from './instance-seed.rows.js';
import { transitionValues, writesInstance, type TransitionValues } from './transition-values.js';

interface UnitRow {
  readonly unit: FlushUnit;
  readonly n: number;
  readonly transition: TransitionValues;
}

const IDENTITY = columns<UnitRow>(
  ['n', 'int4', ({ n }) => n],
  ['id', 'text', ({ unit }) => unit.workflowId],
  ['generation', 'int4', ({ unit }) => unit.generation],
  ['fence', 'int8', ({ unit }) => unit.fence],
  ['entries', 'int4', ({ unit }) => unit.entries.length],
  ['first_position', 'int4', ({ unit }) => unit.entries[0]?.position],
);

const EXPECTATION = columns<UnitRow>(
  ['expected_wakes', 'int4', ({ unit }) => unit.expect?.wakes],
  ['no_cancel', 'bool', ({ unit }) => unit.expect?.noCancel ?? false],
);

const TRANSITION = columns<UnitRow>(
  ['writes', 'bool', ({ unit }) => writesInstance(unit)],
  ['last_position', 'int4', ({ unit }) => unit.entries.at(-1)?.position ?? 0],
  ['last_event', 'int4', ({ unit }) => unit.events?.at(-1)?.seq ?? 0],
  ['sets_custom', 'bool', ({ unit }) => unit.customStatus !== undefined],
  ['custom_status', 'text', ({ unit }) => unit.customStatus],
  ['status', 'text', ({ transition }) => transition.status],
  ['leaves', 'bool', ({ transition }) => transition.leaves],
  ['due', 'text', ({ transition }) => transition.due],
  ['due_at', 'int8', ({ transition }) => transition.dueAt],
  ['ends', 'bool', ({ transition }) => transition.ends],
  ['output', 'text', ({ transition }) => transition.output],
  ['error', 'text', ({ transition }) => transition.error],
  ['continues', 'bool', ({ transition }) => transition.continues],
  ['input', 'text', ({ transition }) => transition.input],
  ['input_hash', 'text', ({ transition }) => transition.inputHash],
  ['seed', 'text', ({ transition }) => transition.seed],
  ['mismatched_build', 'text', ({ transition }) => transition.mismatchedBuild],
  ['quarantined_for', 'text', ({ transition }) => transition.quarantinedFor],
  ['calm', 'bool', ({ transition }) => transition.calm],
);

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
  ) {
    this.parts = flushParts(outbox);
  }

  /** Units must be in id order: every statement takes its locks in that order. */
  build(units: readonly FlushUnit[], offsetMs: number, locking: FlushLocking): SqlStatement {
    const lone = units.length === 1;
    const rows = units.map((unit, index): UnitRow => ({
      unit,
      n: index + 1,
      transition: transitionValues(unit.transition),
    }));
    const expects = units.some((unit) => unit.expect !== undefined);
    const writes = units.some(writesInstance);
    const present = this.parts
      .map((part) => ({ part, items: part.collect(units) }))
      .filter(({ items }) => items.length > 0);
    const guarded = units.some((unit) => unit.children?.some((child) => child.seed.idGiven));
    const unitRows = new RowSet<UnitRow>([...IDENTITY, ...(expects ? EXPECTATION : []), ...(writes ? TRANSITION : [])]);
    const drops = rows.some(({ transition }) => transition.ends || transition.continues);
    // A lone unit of entries alone shares the row: it only has to keep a claim away until it is written.
    const share = lone && !writes && present.every(({ part }) => part.code === 'e');

    const key = [
      'flush',
      lone ? '1' : 'n',
      ...present.map(({ part, items }) => (items.length === 1 ? part.code : part.code.toUpperCase())),
      expects ? 'x' : '',
      writes ? 't' : '',
      drops ? 'dw' : '',
      guarded ? 'g' : '',
      locking.slots ? 'l' : '',
      locking.wait ? 'wait' : '',
    ].join('-');
    const prepared = this.texts.get(key, () =>
      this.text({ unitRows, present, lone, expects, writes, drops, guarded, share, locking }),
    );
    return {
      ...prepared,
      values: [
        offsetMs,
        ...unitRows.values(rows, lone),
        ...present.flatMap(({ part, items }) => part.rows.values(items as never[], items.length === 1)),
      ],
    };
  }

  private text(shape: Shape): string {
    const { unitRows, present, lone, expects, writes, drops, guarded, share, locking } = shape;
    const t = this.tables;
    let next = 2 + unitRows.columns.length;
    const sources = present.map(({ part, items }) => {
      const source = part.rows.from('r', next, items.length === 1);
      next += part.rows.columns.length;
      return { part, source };
    });
    const childSource = sources.find(({ part }) => part.code === 'c')?.source;
    const ctes = [
      `clock AS MATERIALIZED (SELECT ${NOW} AS now)`,
      ...(guarded && childSource !== undefined ? [guardCte(t, childSource)] : []),
      heldCte(t, unitRows, { lone, expects, guarded, share, wait: locking.wait, writes }),
      ...sources.map(({ part, source }) => `${part.cte} AS (${part.statement(t, source)})`),
      ...(writes ? [writtenCte(t)] : []),
      ...(drops ? [droppedWaitsCte(t)] : []),
      ...(locking.slots ? [freedSlotsCte(t)] : []),
    ];
    const created = childSource === undefined ? 'NULL' : `(SELECT json_agg(id) FROM child)`;
    return `WITH ${ctes.join(',\n')}
SELECT h.n, h.wakes, h.cancelled, ${created} AS children, ${countCheck(present, writes)} AS checked FROM held h`;
  }
}

interface Shape {
  readonly unitRows: RowSet<UnitRow>;
  readonly present: readonly { readonly part: FlushPart; readonly items: readonly unknown[] }[];
  readonly lone: boolean;
  readonly expects: boolean;
  readonly writes: boolean;
  readonly drops: boolean;
  readonly guarded: boolean;
  readonly share: boolean;
  readonly locking: FlushLocking;
}

/** A child under an id that somebody chose may be in the making elsewhere; its parent's unit then waits, not its neighbours. */
function guardCte(t: TableNames, childSource: string): string {
  return `guard AS MATERIALIZED (SELECT r.n, bool_and(NOT r.id_given OR ${tryIdLock(t, 'r.id')}) AS free FROM ${childSource} GROUP BY r.n)`;
}

function heldCte(
  t: TableNames,
  unitRows: RowSet<UnitRow>,
  shape: { lone: boolean; expects: boolean; guarded: boolean; share: boolean; wait: boolean; writes: boolean },
): string {
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
  const mode = `${shape.share ? 'FOR SHARE' : 'FOR NO KEY UPDATE'}${shape.wait ? '' : ' SKIP LOCKED'}`;
  return `held AS MATERIALIZED (SELECT u.*, x.wakes, x.cancelled FROM ${unitRows.from('u', 2, shape.lone)} CROSS JOIN LATERAL (
    SELECT i.wakes, i.cancel_requested_at IS NOT NULL AS cancelled FROM ${t.instances} i
    WHERE ${conditions.join(' AND ')} ${mode}) x)`;
}

function writtenCte(t: TableNames): string {
  return `written AS (UPDATE ${t.instances} i SET
    updated_at = clock.now,
    status = coalesce(h.status, i.status),
    generation = CASE WHEN h.continues THEN i.generation + 1 ELSE i.generation END,
    head = CASE WHEN h.continues THEN 0 ELSE greatest(i.head, h.last_position) END,
    claimed_head = CASE WHEN h.continues THEN 0 ELSE i.claimed_head END,
    event_seq = greatest(i.event_seq, h.last_event),
    custom_status = CASE WHEN h.sets_custom THEN h.custom_status ELSE i.custom_status END,
    worker_id = CASE WHEN h.leaves THEN NULL ELSE i.worker_id END,
    due_at = CASE WHEN NOT h.leaves THEN i.due_at WHEN h.due = 'now' THEN clock.now ELSE h.due_at END,
    ended_at = CASE WHEN h.ends THEN clock.now ELSE i.ended_at END,
    output = CASE WHEN h.ends THEN h.output ELSE i.output END,
    error = CASE WHEN h.ends OR h.error IS NOT NULL THEN h.error ELSE i.error END,
    input = CASE WHEN h.continues THEN h.input ELSE i.input END,
    input_hash = coalesce(h.input_hash, i.input_hash),
    seed = coalesce(h.seed, i.seed),
    crashes = CASE WHEN h.calm THEN 0 ELSE i.crashes END,
    quarantined_for = h.quarantined_for,
    resume_status = CASE WHEN h.quarantined_for IS NOT NULL AND i.status = 'compensating' THEN i.status END,
    mismatched_at = CASE WHEN h.mismatched_build IS NULL THEN i.mismatched_at ELSE clock.now END,
    mismatched_builds = CASE WHEN h.mismatched_build IS NULL OR h.mismatched_build = ANY (i.mismatched_builds)
      THEN i.mismatched_builds ELSE array_append(i.mismatched_builds, h.mismatched_build) END
  FROM held h, clock WHERE i.id = h.id AND h.writes RETURNING 1)`;
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
function countCheck(present: Shape['present'], writes: boolean): string {
  const checks = [
    ...(present.some(({ part }) => part.code === 'e')
      ? ['(SELECT count(*) FROM entry) = (SELECT coalesce(sum(c.entries), 0) FROM held c)']
      : []),
    ...(writes ? ['(SELECT count(*) FROM written) = (SELECT count(*) FROM held c WHERE c.writes)'] : []),
  ];
  return checks.length === 0 ? '1' : `1 / (CASE WHEN ${checks.join(' AND ')} THEN 1 ELSE 0 END)`;
}

/** The state of the error that {@link countCheck} raises. @internal */
export const COUNT_CHECK_STATE = '22012';
