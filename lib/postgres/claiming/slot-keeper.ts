import type { ConcurrencySlot } from '../../core/records/index.js';
import type { SqlExecutor } from '../connection/index.js';
import { number, text } from '../records/index.js';
import type { StoreCore } from '../store-core.js';

/** Keys whose freed slots one round hands on. */
const ROUND = 100;

/**
 * Concurrency slots as rows. A freed slot stays as a marked row until the next instance in line has been told, so that no
 * crash between the two loses the turn.
 *
 * @internal
 */
export class SlotKeeper {
  constructor(private readonly core: StoreCore) {}

  /** Holds the keys until the transaction ends. Must come before the statement that counts. */
  async lockKeys(executor: SqlExecutor, keys: readonly string[]): Promise<void> {
    const prepared = this.core.texts.get('slot-lock', () => {
      const key = `hashtextextended('${this.core.tables.scope}:slot:' || u.key, 0)`;
      return `SELECT pg_advisory_xact_lock(k.lock) FROM (SELECT DISTINCT ${key} AS lock FROM unnest($1::text[]) AS u(key) ORDER BY 1) k`;
    });
    await executor.query({ ...prepared, values: [[...keys]] });
  }

  /** How many slots of each key are held. */
  async counts(executor: SqlExecutor, keys: readonly string[]): Promise<Map<string, number>> {
    const prepared = this.core.texts.get('slot-counts', () => {
      return `SELECT u.key, (SELECT count(*) FROM ${this.core.tables.slots} s WHERE s.key = u.key AND NOT s.released) AS held
        FROM unnest($1::text[]) AS u(key)`;
    });
    const { rows } = await executor.query({ ...prepared, values: [[...new Set(keys)]] });
    return new Map(rows.map((row) => [text(row, 'key'), number(row, 'held')]));
  }

  async take(
    executor: SqlExecutor,
    takers: readonly { readonly id: string; readonly takes: readonly ConcurrencySlot[] }[],
  ): Promise<void> {
    const slots = takers.flatMap(({ id, takes }) => takes.map(({ key }) => ({ id, key })));
    if (slots.length === 0) return;
    const prepared = this.core.texts.get('slot-take', () => {
      return `INSERT INTO ${this.core.tables.slots} (key, instance_id) SELECT * FROM unnest($1::text[], $2::text[])
        ON CONFLICT (key, instance_id) DO UPDATE SET released = false`;
    });
    await executor.query({ ...prepared, values: [slots.map((slot) => slot.key), slots.map((slot) => slot.id)] });
  }

  /** Marks slots as free, also such that are not held: then the turn goes to the next one. */
  async release(executor: SqlExecutor, slots: readonly { readonly id: string; readonly key: string }[]): Promise<void> {
    if (slots.length === 0) return;
    const prepared = this.core.texts.get('slot-release', () => {
      return `INSERT INTO ${this.core.tables.slots} (key, instance_id, released)
        SELECT DISTINCT u.key, u.id, true FROM unnest($1::text[], $2::text[]) AS u(key, id)
        ON CONFLICT (key, instance_id) DO UPDATE SET released = true`;
    });
    await executor.query({ ...prepared, values: [slots.map((slot) => slot.key), slots.map((slot) => slot.id)] });
  }

  /** Brings back the next instances behind keys with freed slots; tells how many. */
  async handOn(): Promise<number> {
    const { core } = this;
    const freed = core.texts.get('slot-freed', () => {
      return `SELECT DISTINCT s.key FROM (SELECT key FROM ${core.tables.slots} WHERE released ORDER BY key LIMIT ${ROUND}) s`;
    });
    const { rows } = await core.database.repeatable({ ...freed, values: [] });
    const keys = rows.map((row) => text(row, 'key'));
    if (keys.length === 0) return 0;
    return core.database.transaction(async (executor) => {
      // Under the key's lock everybody who found the key full has committed that he is blocked.
      await this.lockKeys(executor, keys);
      const prepared = core.texts.get('slot-hand-on', () => this.handOnText());
      const result = await executor.query({ ...prepared, values: [keys] });
      return number(result.rows[0] ?? {}, 'unblocked');
    });
  }

  /**
   * Of each definition as many as there are free slots: the next one in line may be of a version that no living worker has, and
   * must not keep the others waiting. Who comes too late for a slot is blocked again.
   */
  private handOnText(): string {
    const t = this.core.tables;
    return `WITH freed AS MATERIALIZED (
  SELECT u.key, count(*) FILTER (WHERE NOT s.released) AS held
  FROM unnest($1::text[]) AS u(key) LEFT JOIN ${t.slots} s ON s.key = u.key GROUP BY u.key),
waiting AS MATERIALIZED (
  SELECT b.*, f.held, row_number() OVER (PARTITION BY f.key, b.name, b.version ORDER BY b.rank, b.id) AS place
  FROM freed f CROSS JOIN LATERAL (
    SELECT i.id, i.blocked_on, i.name, i.version, i.due_at + i.priority * 1000::int8 AS rank, (
      SELECT (x.slot->>'limit')::int8 FROM json_array_elements(i.limits::json) AS x(slot) WHERE x.slot->>'key' = f.key) AS slots
    FROM ${t.instances} i WHERE i.blocked_on = f.key ORDER BY i.due_at + i.priority * 1000::int8 LIMIT 1000) b),
chosen AS (SELECT w.id, w.blocked_on FROM waiting w WHERE w.place <= w.slots - w.held),
locked AS MATERIALIZED (
  SELECT x.id, x.blocked_on FROM (SELECT c.id FROM chosen c ORDER BY c.id) c CROSS JOIN LATERAL (
    SELECT i.id, i.blocked_on FROM ${t.instances} i WHERE i.id = c.id AND i.blocked_on IS NOT NULL
    FOR NO KEY UPDATE SKIP LOCKED) x),
unblocked AS (UPDATE ${t.instances} i SET blocked_on = NULL FROM locked l WHERE i.id = l.id RETURNING l.blocked_on AS key),
cleared AS (DELETE FROM ${t.slots} s USING freed f WHERE s.key = f.key AND s.released
  AND (EXISTS (SELECT 1 FROM unblocked b WHERE b.key = s.key) OR NOT EXISTS (SELECT 1 FROM chosen c WHERE c.blocked_on = s.key)))
SELECT count(*) AS unblocked FROM unblocked`;
  }
}
