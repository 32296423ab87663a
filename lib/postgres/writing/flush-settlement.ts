import type { FlushResult, FlushUnit } from '../../core/store/index.js';
import type { SqlRow, SqlStatement } from '../connection/index.js';
import { flag, number, optionalNumber, optionalText, text } from '../records/index.js';
import { RowSet, columns, type PreparedTexts, type TableNames } from '../sql/index.js';

interface Asked {
  readonly n: number;
  readonly unit: FlushUnit;
}

const ASKED = new RowSet<Asked>(
  columns<Asked>(
    ['n', 'int4', ({ n }) => n],
    ['id', 'text', ({ unit }) => unit.workflowId],
    ['generation', 'int4', ({ unit }) => unit.generation],
    ['first_position', 'int4', ({ unit }) => unit.entries[0]?.position],
    ['first_name', 'text', ({ unit }) => unit.entries[0]?.name],
  ),
);

/** How an instance stands, seen from a unit that was not (or perhaps not) written. @internal */
export interface UnitStanding {
  readonly known: boolean;
  readonly status: string;
  readonly fence: number;
  readonly generation: number;
  readonly head: number;
  readonly wakes: number;
  readonly cancelRequested: boolean;
  readonly leased: boolean;
  readonly mismatchedBuilds: string;
  /** The fence that wrote the unit's first entry, when it is there. */
  readonly writtenBy: number | undefined;
}

/** Reads how the instances of units stand. @internal */
export function standingStatement(tables: TableNames, texts: PreparedTexts, units: readonly FlushUnit[]): SqlStatement {
  const batch = ASKED.batch(units.map((unit, index): Asked => ({ n: index + 1, unit })));
  const prepared = texts.get(`standing-${batch.code}`, () => {
    return `SELECT u.n, x.*, (SELECT j.fence FROM ${tables.entries} j
        WHERE j.instance_no = x.no AND j.generation = u.generation AND j."position" = u.first_position AND j.name = u.first_name) AS written_by
      FROM ${batch.from('u', 1)} LEFT JOIN LATERAL (
        SELECT i.no, i.status, i.fence, i.generation, i.head, i.wakes, i.cancel_requested_at IS NOT NULL AS cancelled,
          i.worker_id IS NOT NULL AS leased, to_json(i.mismatched_builds) AS mismatched_builds
        FROM ${tables.instances} i WHERE i.id = u.id OFFSET 0) x ON true ORDER BY u.n`;
  });
  return { ...prepared, values: batch.values };
}

/** @internal */
export function unitStanding(row: SqlRow): UnitStanding {
  return {
    known: row['status'] !== null,
    status: text(row, 'status'),
    fence: number(row, 'fence'),
    generation: number(row, 'generation'),
    head: number(row, 'head'),
    wakes: number(row, 'wakes'),
    cancelRequested: flag(row, 'cancelled'),
    leased: flag(row, 'leased'),
    mismatchedBuilds: optionalText(row, 'mismatched_builds') ?? '[]',
    writtenBy: optionalNumber(row, 'written_by'),
  };
}

/**
 * Whether the unit is found written already: its entries by the fence that stands beside them, a transition without entries by the
 * state it leads to. Units of neither write rows with derived keys only, and are simply written again.
 *
 * @internal
 */
export function isWritten(unit: FlushUnit, standing: UnitStanding): boolean {
  if (unit.entries.length > 0) return standing.writtenBy === unit.fence;
  if (!standing.known || standing.fence !== unit.fence) return false;
  const sameGeneration = standing.generation === unit.generation;
  switch (unit.transition?.kind) {
    case undefined:
      return false;
    case 'continue':
      return standing.generation === unit.generation + 1;
    case 'compensate':
      return sameGeneration && standing.status === 'compensating' && standing.leased;
    case 'release':
      return sameGeneration && !standing.leased;
    case 'mismatch':
      return (
        sameGeneration &&
        !standing.leased &&
        standing.mismatchedBuilds.includes(JSON.stringify(unit.transition.buildId))
      );
    case 'quarantine':
      return sameGeneration && standing.status === 'quarantined';
    case 'suspend':
    case 'end':
      return sameGeneration && !standing.leased && standing.status === unit.transition.status;
  }
}

/** Why a unit that found no row to lock was not written; `undefined` when it was only locked at that moment. @internal */
export function refusal(unit: FlushUnit, standing: UnitStanding): FlushResult | undefined {
  const owned =
    standing.known && standing.leased && standing.fence === unit.fence && standing.generation === unit.generation;
  if (!owned) return { kind: 'fenced' };
  const { expect } = unit;
  const { wakes, cancelRequested } = standing;
  const changed =
    (expect?.wakes !== undefined && expect.wakes !== wakes) || (expect?.noCancel === true && cancelRequested);
  if (changed) return { kind: 'changed', wakes, cancelRequested };
  const first = unit.entries[0]?.position;
  return first !== undefined && first <= standing.head ? { kind: 'conflict' } : undefined;
}
