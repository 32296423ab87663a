import type { ConcurrencySlot, InstanceRecord, InstanceStatus, ParentClosePolicy } from '../../core/records/index.js';
import type { SqlRow } from '../connection/index.js';
import type { TableNames } from '../sql/index.js';
import { json, jsonArray, number, optionalNumber, optionalText, text } from './row-values.js';

/** What a record needs of its row, in any order; `head` is computed, because a plain flush does not write the row. */
const PLAIN_COLUMNS = [
  'id',
  'name',
  'version',
  'generation',
  'status',
  'fence',
  'wakes',
  'crashes',
  'event_seq',
  'created_at',
  'updated_at',
  'ended_at',
  'deadline_at',
  'due_at',
  'worker_id',
  'cancel_reason',
  'cancel_requested_at',
  'custom_status',
  'output',
  'error',
  'input',
  'input_hash',
  'headers',
  'attributes',
  'priority',
  'seed',
  'limits',
  'parent_id',
  'parent_generation',
  'parent_close',
];

/**
 * The select list of {@link instanceRecord} over a table or CTE alias.
 *
 * @param head Where it is known already that the row's own head is the last position.
 * @internal
 */
export function recordColumns(tables: TableNames, alias: string, head = headOf(tables, alias)): string {
  const plain = PLAIN_COLUMNS.map((column) => `${alias}.${column}`).join(', ');
  return `${plain}, to_json(${alias}.mismatched_builds) AS mismatched_builds, ${head} AS head`;
}

/** The highest position used: the row knows it of removed entries, the journal of all others. @internal */
export function headOf(tables: TableNames, alias: string): string {
  return `greatest(${alias}.head, (SELECT j."position" FROM ${tables.entries} j
    WHERE j.instance_no = ${alias}.no AND j.generation = ${alias}.generation ORDER BY j."position" DESC LIMIT 1))`;
}

/** Reads a row of {@link recordColumns}. @internal */
export function instanceRecord(row: SqlRow): InstanceRecord {
  const parentId = optionalText(row, 'parent_id');
  const cancelledAt = optionalNumber(row, 'cancel_requested_at');
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    version: number(row, 'version'),
    generation: number(row, 'generation'),
    status: text(row, 'status') as InstanceStatus,
    fence: number(row, 'fence'),
    wakes: number(row, 'wakes'),
    head: number(row, 'head'),
    crashes: number(row, 'crashes'),
    eventSeq: number(row, 'event_seq'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
    ...optional('endedAt', optionalNumber(row, 'ended_at')),
    ...optional('deadlineAt', optionalNumber(row, 'deadline_at')),
    ...optional('dueAt', optionalNumber(row, 'due_at')),
    ...optional('workerId', optionalText(row, 'worker_id')),
    ...optional(
      'cancel',
      cancelledAt === undefined
        ? undefined
        : { reason: optionalText(row, 'cancel_reason') ?? '', requestedAt: cancelledAt },
    ),
    ...optional('customStatus', optionalText(row, 'custom_status')),
    ...optional('output', optionalText(row, 'output')),
    ...optional('error', optionalText(row, 'error')),
    ...optional('input', optionalText(row, 'input')),
    inputHash: text(row, 'input_hash'),
    headers: json<Readonly<Record<string, string>>>(row, 'headers') ?? {},
    attributes: json<InstanceRecord['attributes']>(row, 'attributes') ?? {},
    priority: number(row, 'priority'),
    seed: text(row, 'seed'),
    limits: jsonArray<ConcurrencySlot>(row, 'limits'),
    ...optional(
      'parent',
      parentId === undefined
        ? undefined
        : {
            workflowId: parentId,
            generation: number(row, 'parent_generation'),
            close: text(row, 'parent_close') as ParentClosePolicy,
          },
    ),
    mismatchedBuilds: jsonArray<string>(row, 'mismatched_builds'),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
