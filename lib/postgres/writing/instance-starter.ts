import type { InstanceRecord } from '../../core/records/index.js';
import type { StartResult, StartUnit } from '../../core/store/index.js';
import { isLockTimeout, isRefusedValue, type SqlExecutor, type SqlResult } from '../connection/index.js';
import { flag, instanceRecord, number, numbers, recordColumns, text } from '../records/index.js';
import { NOW, RowSet, columns } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';
import {
  idLockKey,
  insertInstances,
  leaseOf,
  loneSeedStatement,
  seedRows,
  tryIdLock,
  wholeMs,
  type SeedRow,
} from './instance-seed.rows.js';

interface EventRow {
  readonly n: number;
  readonly seq: number;
  readonly generation: number;
  readonly event: string;
}

const EVENTS = new RowSet<EventRow>(
  columns<EventRow>(
    ['n', 'int4', ({ n }) => n],
    ['seq', 'int4', ({ seq }) => seq],
    ['generation', 'int4', ({ generation }) => generation],
    ['event', 'text', ({ event }) => event],
  ),
);

/** Who holds the id's lock needs no guard, and looks for an instance that was there before. */
const IN_TRANSACTION = { guard: false, mayExist: true };
/** More chosen ids than this in one statement could fill the server's table of locks. */
const MAX_GUARDED_IDS = 256;

/** Creates instances: all of them in one statement, except those whose chosen id is in the making elsewhere. @internal */
export class InstanceStarter {
  private readonly executor: SqlExecutor = { query: (statement) => this.core.database.once(statement) };

  constructor(private readonly core: StoreCore) {}

  start(units: readonly StartUnit[], resend: boolean): Promise<StartResult[]> {
    const [lone] = units;
    if (units.length === 1 && lone !== undefined && !resend && this.hasShortStatement(lone)) return this.startNew(lone);
    return this.startMany(units, resend);
  }

  /** What a quiet process starts: a new id, which is free. */
  private startNew(unit: StartUnit): Promise<StartResult[]> {
    const { core } = this;
    const statement = loneSeedStatement(core.tables, core.texts, unit, { mayExist: false, offsetMs: core.offsetMs() });
    const read = ({ rows: [row = {}] }: SqlResult): StartResult[] => {
      core.texts.noteRows(1);
      return [{ kind: 'created', record: newRecord(unit, number(row, 'now')) }];
    };
    return core.database.onceRead(statement, read, (error) => {
      if (isRefusedValue(error)) return this.startChunk([unit], false, true);
      throw error;
    });
  }

  private async startMany(units: readonly StartUnit[], resend: boolean): Promise<StartResult[]> {
    const results: StartResult[] = [];
    for (const chunk of chunks(units)) results.push(...(await this.startChunk(chunk, resend)));
    return results;
  }

  /** The statement of one instance alone takes no lock of its id, and says nothing to the outbox. */
  private hasShortStatement(unit: StartUnit, guard = true): boolean {
    return !this.core.outbox && !(guard && unit.seed.idGiven);
  }

  /** The same inside a transaction of user code, which then holds the id until it ends. */
  async startWithin(executor: SqlExecutor, unit: StartUnit): Promise<StartResult> {
    if (unit.seed.idGiven && !(await this.acquireId(executor, unit))) return { kind: 'locked' };
    const [created] = this.created([unit], await this.insert(executor, [unit], IN_TRANSACTION));
    if (created !== undefined) return created;
    return (await this.existing(executor, [unit], false)).get(unit) ?? { kind: 'locked' };
  }

  /** @param mayExist Whether an id may be taken. A new one is not, unless it was sent before. */
  private async startChunk(
    units: readonly StartUnit[],
    resend: boolean,
    mayExist = resend || units.some((unit) => unit.seed.idGiven),
  ): Promise<StartResult[]> {
    let created: (StartResult | undefined)[];
    try {
      created = this.created(units, await this.insert(this.executor, units, { guard: true, mayExist }));
    } catch (error) {
      if (!isRefusedValue(error)) throw error;
      if (units.length === 1 && mayExist) return [{ kind: 'rejected', error: error as Error }];
      // One unit's values failed the statement for all: now each stands for itself.
      const results: StartResult[] = [];
      for (const unit of units) results.push(...(await this.startChunk([unit], resend, true)));
      return results;
    }
    const missing = units.filter((_, index) => created[index] === undefined);
    if (missing.length === 0) return created as StartResult[];
    const existing = await this.existing(this.executor, missing, resend);
    const results: StartResult[] = [];
    for (const [index, unit] of units.entries()) {
      results.push(created[index] ?? existing.get(unit) ?? (await this.startAlone(unit, resend)));
    }
    return results;
  }

  /** An id that another open transaction holds: waits for that transaction, but keeps nobody else waiting. */
  private async startAlone(unit: StartUnit, resend: boolean): Promise<StartResult> {
    try {
      return await this.core.database.transaction(async (executor) => {
        await executor.query({
          text: `SELECT set_config('lock_timeout', $1, true)`,
          values: [`${this.core.lockTimeoutMs}ms`],
        });
        await this.lockId(executor, unit);
        const [created] = this.created([unit], await this.insert(executor, [unit], IN_TRANSACTION));
        return created ?? (await this.existing(executor, [unit], resend)).get(unit) ?? { kind: 'locked' };
      }, false);
    } catch (error) {
      if (isLockTimeout(error)) return { kind: 'locked' };
      throw error;
    }
  }

  private async lockId(executor: SqlExecutor, unit: StartUnit): Promise<void> {
    const prepared = this.core.texts.get('lock-id', () => {
      return `SELECT pg_advisory_xact_lock(${idLockKey(this.core.tables, '$1::text')})`;
    });
    await executor.query({ ...prepared, values: [unit.seed.id] });
  }

  /** Asks again and again instead of waiting: a lock that is waited for in vain would abort the caller's transaction. */
  private async acquireId(executor: SqlExecutor, unit: StartUnit): Promise<boolean> {
    const prepared = this.core.texts.get('try-lock-id', () => {
      return `SELECT ${tryIdLock(this.core.tables, '$1::text')} AS locked`;
    });
    const deadline = this.core.clock.monotonic() + this.core.lockTimeoutMs;
    for (let round = 0; ; round += 1) {
      const { rows } = await executor.query({ ...prepared, values: [unit.seed.id] });
      if (rows.some((row) => flag(row, 'locked'))) return true;
      if (this.core.clock.monotonic() > deadline) return false;
      await this.core.database.pause(round);
    }
  }

  private async insert(
    executor: SqlExecutor,
    units: readonly StartUnit[],
    { guard, mayExist }: { readonly guard: boolean; readonly mayExist: boolean },
  ): Promise<SqlResult> {
    const { core } = this;
    const [lone] = units;
    if (units.length === 1 && lone !== undefined && this.hasShortStatement(lone, guard)) {
      const how = { mayExist, offsetMs: core.offsetMs() };
      const result = await executor.query(loneSeedStatement(core.tables, core.texts, lone, how));
      core.texts.noteRows(1);
      return result;
    }
    const batch = seedRows.batch(units.map((unit, index): SeedRow => ({ n: index + 1, unit })));
    const eventRows = core.outbox ? eventRowsOf(units) : [];
    const events = eventRows.length === 0 ? undefined : EVENTS.batch(eventRows);
    const guarded = guard && units.some((unit) => unit.seed.idGiven);
    const key = `start-${batch.code}${guarded ? '-g' : ''}${mayExist ? '-e' : ''}-${events?.code ?? ''}`;
    const prepared = core.texts.get(key, () => {
      const t = core.tables;
      const free = guarded ? `WHERE NOT s.id_given OR ${tryIdLock(t, 's.id')}` : '';
      const insert = `${insertInstances(t, 'FROM s, clock', 's', mayExist)} RETURNING`;
      // Materialised, so that the lock is tried once for each row, before the rows are written.
      const ctes = [
        `clock AS MATERIALIZED (SELECT ${NOW} AS now)`,
        `s AS MATERIALIZED (SELECT * FROM ${batch.from('s', 2)} ${free})`,
        `created AS (${insert} id)`,
      ];
      if (events !== undefined) {
        ctes.push(`posted AS (INSERT INTO ${t.outbox} (instance_id, seq, generation, created_at, event)
          SELECT s.id, e.seq, e.generation, clock.now, e.event
          FROM ${events.from('e', 2 + batch.width)} JOIN s ON s.n = e.n JOIN created c ON c.id = s.id CROSS JOIN clock)`);
      }
      // Which of them is asked only where it may be less than all.
      const created =
        mayExist || guarded
          ? '(SELECT array_agg(s.n) FROM created c JOIN s ON s.id = c.id)'
          : '(SELECT array_agg(s.n) FROM s)';
      return `WITH ${ctes.join(',\n')} SELECT clock.now, ${created} AS n FROM clock`;
    });
    const values = [core.offsetMs(), ...batch.values, ...(events?.values ?? [])];
    const result = await executor.query({ ...prepared, values });
    core.texts.noteRows(units.length);
    return result;
  }

  private created(units: readonly StartUnit[], { rows }: SqlResult): (StartResult | undefined)[] {
    const results = units.map((): StartResult | undefined => undefined);
    const [row] = rows;
    if (row === undefined) return results;
    const now = number(row, 'now');
    const seen = new Set<string>();
    for (const n of [...numbers(row, 'n')].sort((a, b) => a - b)) {
      const unit = units[n - 1] as StartUnit;
      // Two units of one call under one id: the first created it, the other one finds it.
      if (seen.has(unit.seed.id)) continue;
      seen.add(unit.seed.id);
      results[n - 1] = { kind: 'created', record: newRecord(unit, now) };
    }
    return results;
  }

  /** Instances that exist under the units' ids. A start sent again finds its own: nobody else has the same generator seed. */
  private async existing(
    executor: SqlExecutor,
    units: readonly StartUnit[],
    resend: boolean,
  ): Promise<Map<StartUnit, StartResult>> {
    const prepared = this.core.texts.get('existing', () => {
      const t = this.core.tables;
      return `SELECT ${recordColumns(t, 'i')} FROM unnest($1::text[]) AS u(id) CROSS JOIN LATERAL (
        SELECT * FROM ${t.instances} i WHERE i.id = u.id OFFSET 0) i`;
    });
    const { rows } = await executor.query({ ...prepared, values: [units.map((unit) => unit.seed.id)] });
    const records = new Map(rows.map((row) => [text(row, 'id'), instanceRecord(row)]));
    const results = new Map<StartUnit, StartResult>();
    for (const unit of units) {
      const record = records.get(unit.seed.id);
      if (record === undefined) continue;
      const isOwn = resend && record.seed === unit.seed.seed && record.inputHash === unit.seed.inputHash;
      results.set(unit, { kind: isOwn ? 'created' : 'existing', record });
    }
    return results;
  }
}

function* chunks(units: readonly StartUnit[]): Generator<readonly StartUnit[]> {
  let from = 0;
  let guarded = 0;
  for (const [index, unit] of units.entries()) {
    guarded += unit.seed.idGiven ? 1 : 0;
    if (guarded <= MAX_GUARDED_IDS) continue;
    yield units.slice(from, index);
    from = index;
    guarded = 1;
  }
  if (from < units.length) yield units.slice(from);
}

function eventRowsOf(units: readonly StartUnit[]): EventRow[] {
  return units.flatMap((unit, index) =>
    (unit.events ?? []).map((event) => ({
      n: index + 1,
      seq: event.seq,
      generation: event.generation,
      event: JSON.stringify(event),
    })),
  );
}

/** The record of a new instance: only the server's time was not known before. */
function newRecord(unit: StartUnit, createdAt: number): InstanceRecord {
  const { seed } = unit;
  const lease = leaseOf(unit);
  const timeoutMs = wholeMs(seed.timeoutMs);
  return {
    id: seed.id,
    name: seed.name,
    version: seed.version,
    input: seed.input,
    inputHash: seed.inputHash,
    headers: seed.headers,
    attributes: seed.attributes,
    priority: seed.priority,
    seed: seed.seed,
    limits: seed.limits,
    parent: seed.parent,
    generation: 1,
    status: lease === undefined ? 'pending' : 'running',
    fence: lease === undefined ? 0 : 1,
    wakes: 0,
    head: 0,
    crashes: 0,
    eventSeq: unit.events?.at(-1)?.seq ?? 0,
    createdAt,
    updatedAt: createdAt,
    dueAt: createdAt + (lease?.leaseMs ?? wholeMs(seed.delayMs) ?? 0),
    deadlineAt: timeoutMs === undefined ? undefined : createdAt + timeoutMs,
    workerId: lease?.workerId,
    mismatchedBuilds: [],
  };
}
