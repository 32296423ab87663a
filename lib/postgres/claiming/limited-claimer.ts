import type { ConcurrencySlot } from '../../core/records/index.js';
import type { PollRequest } from '../../core/store/index.js';
import type { SqlExecutor, SqlRow } from '../connection/index.js';
import { flag, jsonArray, number, text } from '../records/index.js';
import { NOW, RowSet, columns } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';
import { CRASHES, claimUpdate, judgedColumns, type Verdict } from './claim-update.js';
import { definitionArrays } from './definition-keys.js';
import { claimOf } from './instance-poller.js';
import { LANE, laneCtes, readyRows, takenTail } from './poll-statement.js';
import { SlotKeeper } from './slot-keeper.js';

/** A locked row with what is to become of it. */
interface Judged {
  readonly id: string;
  readonly status: string;
  readonly head: number;
  readonly crashes: number;
  readonly rank: number;
  readonly verdict: Verdict;
  readonly blockedOn?: string;
  /** Slots it takes; one that lost its lease holds them already. */
  readonly takes: readonly ConcurrencySlot[];
  readonly limits: readonly ConcurrencySlot[];
}

const JUDGED = new RowSet<Judged>(
  columns<Judged>(
    ['id', 'text', (row) => row.id],
    ['status', 'text', (row) => row.status],
    ['head', 'int4', (row) => row.head],
    ['crashes', 'int4', (row) => row.crashes],
    ['rank', 'int8', (row) => row.rank],
    ['verdict', 'text', (row) => row.verdict],
    ['blocked_on', 'text', (row) => row.blockedOn],
  ),
);

/** Rows judged at a time: behind a full key many have to leave the claim index. */
const ROUND = 500;

/**
 * Claims instances that are subject to concurrency limits. Slots are counted under a lock of their key, taken before the statement
 * that counts, so that two workers can never both take the last one.
 *
 * @internal
 */
export class LimitedClaimer {
  private readonly slots: SlotKeeper;

  constructor(private readonly core: StoreCore) {
    this.slots = new SlotKeeper(core);
  }

  /** Claims among what is due, or only the instances given. */
  async claim(request: PollRequest, ids?: readonly string[]): Promise<ReturnType<typeof claimOf> & { more: boolean }> {
    const candidates = ids ?? (await this.dueIds(request));
    if (candidates.length === 0) return { claimed: [], events: [], more: false };
    return this.core.database.transaction(async (executor) => {
      await this.slots.lockKeys(executor, await this.keysOf(executor, candidates));
      const rows = await this.lock(executor, candidates);
      const held = await this.slots.counts(
        executor,
        rows.flatMap((row) => limitsOf(row).map((slot) => slot.key)),
      );
      const judged = judge(rows, held, request);
      const taken = await this.take(executor, judged, request);
      return { ...claimOf(taken), more: judged.length < rows.length || candidates.length === ROUND };
    }, false);
  }

  private async dueIds(request: PollRequest): Promise<string[]> {
    const { core } = this;
    const prepared = core.texts.get('limited-due', () => {
      return `WITH RECURSIVE ${laneCtes(core.tables)}
        SELECT r.id FROM (${readyRows(core.tables, `l.lane = ${LANE.limited}`, '$4::text', '$5::int4')}) r ORDER BY r.rank LIMIT $5::int4`;
    });
    const { names, versions } = definitionArrays(request.definitions);
    const values = [core.offsetMs(), names, versions, request.buildId, ROUND];
    const { rows } = await core.database.repeatable({ ...prepared, values });
    return rows.map((row) => text(row, 'id'));
  }

  private async keysOf(executor: SqlExecutor, ids: readonly string[]): Promise<string[]> {
    const prepared = this.core.texts.get('limited-keys', () => {
      return `SELECT DISTINCT k.slot->>'key' AS key FROM unnest($1::text[]) AS u(id) CROSS JOIN LATERAL (
        SELECT json_array_elements(i.limits::json) AS slot FROM ${this.core.tables.instances} i WHERE i.id = u.id OFFSET 0) k`;
    });
    const { rows } = await executor.query({ ...prepared, values: [ids] });
    return rows.map((row) => text(row, 'key'));
  }

  private async lock(executor: SqlExecutor, ids: readonly string[]): Promise<readonly SqlRow[]> {
    const { core } = this;
    const prepared = core.texts.get('limited-lock', () => {
      const t = core.tables;
      return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now), p AS MATERIALIZED (
        SELECT x.* FROM unnest($2::text[]) AS u(id) CROSS JOIN clock CROSS JOIN LATERAL (
          SELECT ${judgedColumns(t)}, i.limits, i.due_at + i.priority * 1000::int8 AS rank FROM ${t.instances} i
          WHERE i.id = u.id AND i.due_at <= clock.now AND i.blocked_on IS NULL AND i.limits IS NOT NULL
          FOR NO KEY UPDATE SKIP LOCKED) x)
        SELECT p.id, p.status, p.head, p.limits, p.rank, ${CRASHES} AS crashes,
          EXISTS (SELECT 1 FROM ${t.slots} s WHERE s.instance_id = p.id AND NOT s.released) AS holds
        FROM p ORDER BY p.rank, p.id`;
    });
    // In id order, as every statement that locks several instances.
    const { rows } = await executor.query({ ...prepared, values: [core.offsetMs(), [...ids].sort()] });
    return rows;
  }

  private async take(
    executor: SqlExecutor,
    judged: readonly Judged[],
    request: PollRequest,
  ): Promise<readonly SqlRow[]> {
    if (judged.length === 0) return [];
    const { core } = this;
    const taking = judged.filter((row) => row.verdict === 'claim' && row.takes.length > 0);
    await this.slots.take(executor, taking);
    await this.slots.release(executor, judged.flatMap(freedBy));
    const batch = JUDGED.batch(judged);
    const prepared = core.texts.get(`limited-take-${batch.code}`, () => {
      const t = core.tables;
      const update = claimUpdate(
        t,
        { worker: '$2::text', build: '$3::text', leaseMs: '$4::int8' },
        'i.*, d.verdict, d.status AS was, d.rank',
      );
      return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now), judged AS MATERIALIZED (SELECT * FROM ${batch.from('j', 5)}),
taken AS (${update}),
${takenTail(t, core.outbox)}
SELECT c.* FROM told c ORDER BY c.rank, c.id`;
    });
    const grant = [core.offsetMs(), request.workerId, request.buildId, Math.ceil(request.leaseMs)];
    const { rows } = await executor.query({ ...prepared, values: [...grant, ...batch.values] });
    for (const row of judged) if (row.verdict === 'claim') core.limited.add(row.id);
    return rows;
  }
}

function limitsOf(row: SqlRow): readonly ConcurrencySlot[] {
  return jsonArray<ConcurrencySlot>(row, 'limits');
}

/** What is given up gives its slots back; what waits for one key passes its turn at its others on. */
function freedBy(row: Judged): { id: string; key: string }[] {
  if (row.verdict !== 'quarantine' && row.verdict !== 'block') return [];
  return row.limits.filter((slot) => slot.key !== row.blockedOn).map(({ key }) => ({ id: row.id, key }));
}

/** Decides row by row in claim order; what has a free key but finds no free place stays as it is. */
function judge(rows: readonly SqlRow[], held: Map<string, number>, request: PollRequest): Judged[] {
  const judged: Judged[] = [];
  let places = request.limit;
  let allowSuspect = request.allowSuspect;
  for (const row of rows) {
    const crashes = number(row, 'crashes');
    const base = {
      id: text(row, 'id'),
      status: text(row, 'status'),
      head: number(row, 'head'),
      rank: number(row, 'rank'),
      crashes,
      takes: [],
      limits: limitsOf(row),
    };
    if (crashes > request.maxCrashes) {
      judged.push({ ...base, verdict: 'quarantine' });
      continue;
    }
    const wanted = flag(row, 'holds') ? [] : base.limits;
    const full = wanted.find((slot) => (held.get(slot.key) ?? 0) >= slot.limit);
    if (full !== undefined) {
      judged.push({ ...base, verdict: 'block', blockedOn: full.key });
      continue;
    }
    const isSuspect = crashes >= 2;
    if (isSuspect && !allowSuspect) {
      judged.push({ ...base, verdict: 'account' });
      continue;
    }
    if (places === 0) continue;
    places -= 1;
    if (isSuspect) allowSuspect = false;
    for (const { key } of wanted) held.set(key, (held.get(key) ?? 0) + 1);
    judged.push({ ...base, verdict: 'claim', takes: wanted });
  }
  return judged;
}
