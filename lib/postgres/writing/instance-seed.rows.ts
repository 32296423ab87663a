import type { StartUnit } from '../../core/store/index.js';
import type { SqlStatement } from '../connection/index.js';
import { NOW, RowSet, columns, type PreparedTexts, type TableNames } from '../sql/index.js';

/** A start with the number of the unit it belongs to. @internal */
export interface SeedRow {
  readonly n: number;
  readonly unit: StartUnit;
}

const SEED = columns<SeedRow>(
  ['id', 'text', ({ unit }) => unit.seed.id],
  ['name', 'text', ({ unit }) => unit.seed.name, { alike: 'N' }],
  ['version', 'int4', ({ unit }) => unit.seed.version, { alike: 'N' }],
  ['input', 'text', ({ unit }) => unit.seed.input],
  ['input_hash', 'text', ({ unit }) => unit.seed.inputHash],
  ['headers', 'text', ({ unit }) => jsonOrNull(unit.seed.headers), { group: 'h' }],
  ['attributes', 'text', ({ unit }) => jsonOrNull(unit.seed.attributes), { group: 'a' }],
  ['priority', 'int4', ({ unit }) => unit.seed.priority, { alike: 'S' }],
  ['seed', 'text', ({ unit }) => unit.seed.seed],
  [
    'limits',
    'text',
    ({ unit }) => (unit.seed.limits.length === 0 ? null : JSON.stringify(unit.seed.limits)),
    { group: 'l' },
  ],
  ['parent_id', 'text', ({ unit }) => unit.seed.parent?.workflowId, { group: 'p' }],
  ['parent_generation', 'int4', ({ unit }) => unit.seed.parent?.generation, { group: 'p' }],
  ['parent_close', 'text', ({ unit }) => unit.seed.parent?.close, { group: 'p' }],
  ['timeout_ms', 'int8', ({ unit }) => wholeMs(unit.seed.timeoutMs), { group: 't' }],
  ['worker_id', 'text', ({ unit }) => leaseOf(unit)?.workerId, { group: 'w', alike: 'S' }],
  ['build_id', 'text', ({ unit }) => leaseOf(unit)?.buildId, { group: 'w', alike: 'S' }],
  ['event_seq', 'int4', ({ unit }) => unit.events?.at(-1)?.seq ?? 0, { alike: 'S' }],
);

/** The row of a new instance as it travels to the server. @internal */
export const seedRows = new RowSet<SeedRow>([
  ...columns<SeedRow>(
    ['n', 'int4', ({ n }) => n, { counts: true }],
    ['id_given', 'bool', ({ unit }) => unit.seed.idGiven, { alike: 'S' }],
    ['delay_ms', 'int8', ({ unit }) => wholeMs(unit.seed.delayMs) ?? 0, { alike: 'S' }],
    ['lease_ms', 'int8', ({ unit }) => leaseOf(unit)?.leaseMs, { group: 'w', alike: 'S' }],
  ),
  ...SEED,
]);

/** The row of a new instance that travels alone: what is due first is `due_in_ms` from now. */
const loneSeed = new RowSet<SeedRow>([
  ...columns<SeedRow>(['due_in_ms', 'int8', ({ unit }) => leaseOf(unit)?.leaseMs ?? wholeMs(unit.seed.delayMs) ?? 0]),
  ...SEED,
]);

/**
 * The lease the instance is created with. With limits it depends on a free slot, which only a claim can take; what starts later is
 * claimed later.
 *
 * @internal
 */
export function leaseOf(unit: StartUnit): StartUnit['lease'] {
  return unit.seed.limits.length === 0 && (unit.seed.delayMs ?? 0) <= 0 ? unit.lease : undefined;
}

/**
 * `INSERT … SELECT` of new instances, created at `clock.now`.
 *
 * @param from The `FROM` and `WHERE` clauses; must offer `clock`, and the columns of {@link seedRows} under `alias`.
 * @param mayExist Whether an instance with such an id may exist, which is then left alone. An insert that looks for it writes more.
 * @internal
 */
export function insertInstances(tables: TableNames, from: string, alias: string, mayExist = true): string {
  const s = alias;
  return `INSERT INTO ${tables.instances} (id, name, version, status, fence, created_at, updated_at, due_at, deadline_at, timeout_ms,
    input, input_hash, headers, attributes, priority, seed, limits, parent_id, parent_generation, parent_close,
    worker_id, build_id, event_seq)
  SELECT ${s}.id, ${s}.name, ${s}.version, CASE WHEN ${s}.worker_id IS NULL THEN 'pending' ELSE 'running' END,
    CASE WHEN ${s}.worker_id IS NULL THEN 0 ELSE 1 END, clock.now, clock.now,
    clock.now + coalesce(${s}.lease_ms, ${s}.delay_ms), clock.now + ${s}.timeout_ms, ${s}.timeout_ms,
    ${s}.input, ${s}.input_hash, ${s}.headers, ${s}.attributes::jsonb, ${s}.priority, ${s}.seed, ${s}.limits,
    ${s}.parent_id, ${s}.parent_generation, ${s}.parent_close, ${s}.worker_id, ${s}.build_id, ${s}.event_seq
  ${from}${mayExist ? '\n  ON CONFLICT (id) DO NOTHING' : ''}`;
}

/**
 * The insert of one instance whose id nobody chose, or is locked already. Its values are said where they stand, and what it has no
 * value for is left out: the server has the less to put together.
 *
 * @internal
 */
export function loneSeedStatement(
  tables: TableNames,
  texts: PreparedTexts,
  unit: StartUnit,
  { mayExist, offsetMs }: { readonly mayExist: boolean; readonly offsetMs: number },
): SqlStatement {
  const batch = loneSeed.batch([{ n: 1, unit }]);
  const prepared = texts.get(`start-lone-${batch.code}${mayExist ? '-e' : ''}`, () => {
    const [dueIn, ...values] = batch.expressions(2);
    const isLeased = batch.uses('worker_id');
    const timeout = values.find(({ column }) => column === 'timeout_ms');
    const given = [
      ['status', isLeased ? `'running'` : `'pending'`],
      ['fence', isLeased ? '1' : '0'],
      ['created_at', 'clock.now'],
      ['updated_at', 'clock.now'],
      ['due_at', `clock.now + ${dueIn?.expression ?? '0'}`],
      ...(timeout === undefined ? [] : [['deadline_at', `clock.now + ${timeout.expression}`]]),
      ...values.map(({ column, expression }) => [
        column,
        column === 'attributes' ? `${expression}::jsonb` : expression,
      ]),
    ];
    return `INSERT INTO ${tables.instances} (${given.map(([column]) => column).join(', ')})
  SELECT ${given.map(([, expression]) => expression).join(', ')} FROM (SELECT ${NOW} AS now) AS clock${
    mayExist ? '\n  ON CONFLICT (id) DO NOTHING' : ''
  } RETURNING created_at AS now, ARRAY[1] AS n`;
  });
  return { ...prepared, values: [offsetMs, ...batch.values] };
}

/** Tries the lock that everybody takes who creates an instance under a chosen id. @internal */
export function tryIdLock(tables: TableNames, idExpression: string): string {
  return `pg_try_advisory_xact_lock(${idLockKey(tables, idExpression)})`;
}

/** @internal */
export function idLockKey(tables: TableNames, idExpression: string): string {
  return `hashtextextended('${tables.scope}:start:' || ${idExpression}, 0)`;
}

function jsonOrNull(value: object): string | null {
  return Object.keys(value).length === 0 ? null : JSON.stringify(value);
}

/** Whole milliseconds, never too early. @internal */
export function wholeMs(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.ceil(value);
}
