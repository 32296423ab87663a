import type { JournalEntry, SignalSeed } from '../../core/records/index.js';
import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import type { FlushUnit, StreamSeed, WaitRow } from '../../core/store/index.js';
import { RowSet, columns, type RowBatch, type TableNames } from '../sql/index.js';
import { insertInstances, seedRows, type SeedRow } from './instance-seed.rows.js';

/** A row of a part with the number of its unit. */
interface Of<T> {
  readonly n: number;
  readonly item: T;
}

/** Rows of one kind that a flush may carry. @internal */
export interface FlushPart {
  /** One letter in the name of the statement. */
  readonly code: string;
  /** Name of the part's CTE. */
  readonly cte: string;
  /** The rows of all units. */
  collect(units: readonly FlushUnit[]): readonly unknown[];
  batch(items: readonly unknown[]): RowBatch;
  /** The statement inside the CTE; `source` offers the rows, `held` the locked units. */
  statement(tables: TableNames, source: string): string;
}

function part<T>(
  code: string,
  cte: string,
  pick: (unit: FlushUnit) => readonly T[] | undefined,
  rows: RowSet<Of<T>>,
  statement: (tables: TableNames, source: string) => string,
): FlushPart {
  return {
    code,
    cte,
    collect: (units) => {
      const rows: Of<T>[] = [];
      for (let index = 0; index < units.length; index += 1) {
        const items = pick(units[index] as FlushUnit);
        if (items !== undefined) for (const item of items) rows.push({ n: index + 1, item });
      }
      return rows;
    },
    batch: (items) => rows.batch(items as readonly Of<T>[]),
    statement,
  };
}

const ENTRY_COLUMNS = columns<JournalEntry>(
  ['"position"', 'int4', ({ position }) => position],
  ['name', 'text', ({ name }) => name],
  ['kind', 'text', ({ kind }) => kind, { alike: 'K' }],
  ['status', 'text', ({ status }) => status, { alike: 'K' }],
  ['called_at', 'int4', ({ calledAt }) => calledAt],
  ['recorded_at', 'int8', ({ recordedAt }) => Math.ceil(recordedAt)],
  ['attempts', 'int4', ({ attempts }) => attempts, { alike: 'K' }],
  ['value', 'text', ({ value }) => value],
  ['error', 'text', ({ error }) => error, { group: 'r' }],
  ['signal_id', 'text', ({ signalId }) => signalId, { group: 'r' }],
  ['data', 'text', ({ data }) => (data === undefined ? null : JSON.stringify(data)), { group: 'r' }],
);

/** The journal's columns of a lone entry. @internal */
export const loneEntry = new RowSet<JournalEntry>(ENTRY_COLUMNS);

const WRITER = columns<FlushUnit>(
  ['id', 'text', ({ workflowId }) => workflowId],
  ['generation', 'int4', ({ generation }) => generation, { alike: 'F' }],
  ['fence', 'int4', ({ fence }) => fence, { alike: 'F' }],
);

/** Units of one entry each: who writes, then the journal's columns. @internal */
export const loneEntries = {
  columns: [
    ...WRITER,
    ...ENTRY_COLUMNS.map(({ of, ...column }) => ({
      ...column,
      of: ({ entries }: FlushUnit) => of(entries[0] as JournalEntry),
    })),
  ],
  /** Names of the journal's columns that are parameters. */
  journal: ENTRY_COLUMNS.map(({ name }) => name),
};

/** The journal's columns of an entry, with the number of its unit. @internal */
export const entryRows = new RowSet<Of<JournalEntry>>([
  { name: 'n', type: 'int4', of: ({ n }) => n, counts: true },
  ...ENTRY_COLUMNS.map(({ of, ...column }) => ({ ...column, of: ({ item }: Of<JournalEntry>) => of(item) })),
]);

const ENTRY_TARGETS = '"position", name, kind, status, called_at, recorded_at, attempts, value, error, signal_id, data';
const ENTRY_SOURCES = ENTRY_TARGETS.split(', ')
  .map((column) => `r.${column}`)
  .join(', ');

const entries = part(
  'e',
  'entry',
  (unit) => unit.entries,
  entryRows,
  (t, source) => {
    // Nothing is said about conflicts: a position that is taken must fail the statement.
    return `INSERT INTO ${t.entries} (instance_no, generation, fence, ${ENTRY_TARGETS})
    SELECT h.no, h.generation, h.fence, ${ENTRY_SOURCES} FROM ${source} JOIN held h ON h.n = r.n RETURNING 1`;
  },
);

const waits = part(
  'w',
  'wait',
  // What began and ended in one unit leaves nothing to match, nor does what began in the unit by which everything ends: the rows that the
  // end drops are those from before this statement.
  (unit) => (dropsWaits(unit) ? undefined : unit.waits?.filter((wait) => !unit.endedWaits?.includes(wait.wait))),
  new RowSet<Of<WaitRow>>(
    columns<Of<WaitRow>>(
      ['n', 'int4', ({ n }) => n],
      ['wait', 'text', ({ item }) => item.wait],
      ['condition', 'text', ({ item }) => item.condition],
      ['signal', 'text', ({ item }) => item.signal],
      ['key', 'text', ({ item }) => item.key],
    ),
  ),
  (t, source) => `INSERT INTO ${t.waits} (instance_id, generation, wait, condition, signal, key)
    SELECT h.id, h.generation, r.wait, r.condition, r.signal, r.key FROM ${source} JOIN held h ON h.n = r.n
    ON CONFLICT (instance_id, wait, condition)
    DO UPDATE SET generation = excluded.generation, signal = excluded.signal, key = excluded.key RETURNING 1`,
);

function dropsWaits({ transition }: FlushUnit): boolean {
  return transition?.kind === 'end' || transition?.kind === 'continue';
}

const endedWaits = part(
  'd',
  'ended_wait',
  (unit) => unit.endedWaits,
  new RowSet<Of<string>>(columns<Of<string>>(['n', 'int4', ({ n }) => n], ['wait', 'text', ({ item }) => item])),
  // The rows are looked up by key one by one: a join would be planned as a scan of the whole table while it is small.
  (t, source) => `DELETE FROM ${t.waits} WHERE ctid = ANY (ARRAY(
      SELECT x.ctid FROM ${source} JOIN held h ON h.n = r.n CROSS JOIN LATERAL (
        SELECT w.ctid FROM ${t.waits} w WHERE w.instance_id = h.id AND w.wait = r.wait OFFSET 0) x)) RETURNING 1`,
);

const children: FlushPart = {
  code: 'c',
  cte: 'child',
  collect: (units) =>
    units.flatMap((unit, index) => (unit.children ?? []).map((child): SeedRow => ({ n: index + 1, unit: child }))),
  batch: (items) => seedRows.batch(items as readonly SeedRow[]),
  statement: (t, source) =>
    `${insertInstances(t, `FROM ${source} JOIN held h ON h.n = r.n CROSS JOIN clock`, 'r')} RETURNING id`,
};

const signals = part(
  's',
  'signal',
  (unit) => unit.signals,
  new RowSet<Of<SignalSeed>>(
    columns<Of<SignalSeed>>(
      ['n', 'int4', ({ n }) => n],
      ['id', 'text', ({ item }) => item.id],
      ['workflow_id', 'text', ({ item }) => item.workflowId],
      ['name', 'text', ({ item }) => item.name],
      ['key', 'text', ({ item }) => item.key],
      ['payload', 'text', ({ item }) => item.payload],
    ),
  ),
  (t, source) => `INSERT INTO ${t.signals} (id, received_at, workflow_id, name, key, payload)
    SELECT r.id, clock.now, r.workflow_id, r.name, r.key, r.payload FROM ${source} JOIN held h ON h.n = r.n CROSS JOIN clock
    ON CONFLICT (id) DO NOTHING RETURNING 1`,
);

const stream = part(
  'm',
  'streamed',
  (unit) => unit.stream,
  new RowSet<Of<StreamSeed>>(
    columns<Of<StreamSeed>>(
      ['n', 'int4', ({ n }) => n],
      ['after_position', 'int4', ({ item }) => item.afterPosition],
      ['index', 'int4', ({ item }) => item.index],
      ['kind', 'text', ({ item }) => item.kind],
      ['step', 'text', ({ item }) => item.step],
      ['payload', 'text', ({ item }) => item.payload],
    ),
  ),
  (t, source) => `INSERT INTO ${t.stream} (at, generation, after_position, index, instance_id, kind, step, payload)
    SELECT clock.now, h.generation, r.after_position, r.index, h.id, r.kind, r.step, r.payload
    FROM ${source} JOIN held h ON h.n = r.n CROSS JOIN clock
    ON CONFLICT (instance_id, generation, after_position, index) DO NOTHING RETURNING 1`,
);

/** The outbox rows of events. @internal */
export const eventRows = new RowSet<Of<LifecycleEvent>>(
  columns<Of<LifecycleEvent>>(
    ['n', 'int4', ({ n }) => n],
    ['seq', 'int4', ({ item }) => item.seq],
    ['event_generation', 'int4', ({ item }) => item.generation],
    ['event', 'text', ({ item }) => JSON.stringify(item)],
  ),
);

const outbox = part(
  'o',
  'posted',
  (unit) => unit.events,
  eventRows,
  (t, source) => {
    return `INSERT INTO ${t.outbox} (instance_id, seq, generation, created_at, event)
    SELECT h.id, r.seq, r.event_generation, clock.now, r.event FROM ${source} JOIN held h ON h.n = r.n CROSS JOIN clock
    ON CONFLICT (instance_id, seq) DO NOTHING RETURNING 1`;
  },
);

/** The first events of children, of those that did not exist before. */
const childEvents = part(
  'p',
  'child_posted',
  (unit) => unit.children?.flatMap((child) => child.events ?? []),
  new RowSet<Of<LifecycleEvent>>(
    columns<Of<LifecycleEvent>>(
      ['child_id', 'text', ({ item }) => item.workflowId],
      ['seq', 'int4', ({ item }) => item.seq],
      ['event_generation', 'int4', ({ item }) => item.generation],
      ['event', 'text', ({ item }) => JSON.stringify(item)],
    ),
  ),
  (t, source) => `INSERT INTO ${t.outbox} (instance_id, seq, generation, created_at, event)
    SELECT c.id, r.seq, r.event_generation, clock.now, r.event FROM ${source} JOIN child c ON c.id = r.child_id CROSS JOIN clock
    RETURNING 1`,
);

const PARTS: readonly FlushPart[] = [entries, waits, endedWaits, children, signals, stream];

/** The parts a flush can have, in their order in the statement. @internal */
export function flushParts(withOutbox: boolean): readonly FlushPart[] {
  return withOutbox ? [...PARTS, childEvents, outbox] : PARTS;
}
