import type { SignalRecord } from '../../core/records/index.js';
import type { Inbox } from '../../core/store/index.js';
import { SIGNAL_FIELDS, flag, number, optionalText, signalRecord } from '../records/index.js';
import { NOW, RowSet, columns, type RowBatch } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';

/** One generation of one instance. @internal */
export interface InstanceKey {
  readonly workflowId: string;
  readonly generation: number;
}

interface KeyRow {
  readonly n: number;
  readonly key: InstanceKey;
}

/** Keys with the number of their place in the request. @internal */
export const KEYS = new RowSet<KeyRow>(
  columns<KeyRow>(
    ['n', 'int4', ({ n }) => n],
    ['id', 'text', ({ key }) => key.workflowId],
    ['generation', 'int4', ({ key }) => key.generation],
  ),
);

/** @internal */
export function keyRows(keys: readonly InstanceKey[]): KeyRow[] {
  return keys.map((key, index) => ({ n: index + 1, key }));
}

/** Reads wake counts and the signals that registered waits could take, of many instances in one snapshot. @internal */
export class InboxReader {
  constructor(private readonly core: StoreCore) {}

  async read(keys: readonly InstanceKey[]): Promise<Inbox[]> {
    const { core } = this;
    const batch = KEYS.batch(keyRows(keys));
    const prepared = core.texts.get(`inbox-${batch.code}`, () => this.text(batch));
    const { rows } = await core.database.repeatable({
      ...prepared,
      values: [core.offsetMs(), ...batch.values],
    });
    const signals = keys.map((): SignalRecord[] => []);
    const inboxes: Inbox[] = [];
    for (const row of rows) {
      const index = number(row, 'n') - 1;
      const own = signals[index] as SignalRecord[];
      if (optionalText(row, 'seq') !== undefined) own.push(signalRecord(row, 'signal_id'));
      inboxes[index] ??= {
        wakes: number(row, 'wakes'),
        cancelRequested: flag(row, 'cancelled'),
        now: number(row, 'now'),
        signals: own,
      };
    }
    return inboxes;
  }

  private text(batch: RowBatch): string {
    const t = this.core.tables;
    const unconsumed = `NOT EXISTS (SELECT 1 FROM ${t.entries} j WHERE j.instance_no = i.no AND j.signal_id = s.id)`;
    // A topic signal reaches instances created before it; both times are the database's.
    return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now)
SELECT u.n, clock.now, coalesce(i.wakes, 0) AS wakes, i.cancelled, x.*
FROM ${batch.from('u', 2)} CROSS JOIN clock
LEFT JOIN LATERAL (
  SELECT i.no, i.wakes, i.cancel_requested_at IS NOT NULL AS cancelled, i.created_at
  FROM ${t.instances} i WHERE i.id = u.id OFFSET 0) i ON true
LEFT JOIN LATERAL (
  SELECT s.id AS signal_id, ${SIGNAL_FIELDS} FROM ${t.signals} s
  WHERE s.workflow_id = u.id AND NOT s.consumed AND ${unconsumed} AND EXISTS (
    SELECT 1 FROM ${t.waits} w WHERE w.instance_id = u.id AND w.generation = u.generation AND w.signal = s.name
      AND (w.key IS NULL OR w.key = s.key))
  UNION ALL
  SELECT s.id AS signal_id, ${SIGNAL_FIELDS} FROM (
    SELECT DISTINCT w.signal, w.key FROM ${t.waits} w WHERE w.instance_id = u.id AND w.generation = u.generation) w
  CROSS JOIN LATERAL (
    SELECT * FROM ${t.signals} s WHERE s.workflow_id IS NULL AND s.name = w.signal AND s.key = w.key AND s.received_at >= i.created_at
    UNION ALL
    SELECT * FROM ${t.signals} s WHERE s.workflow_id IS NULL AND s.name = w.signal AND s.key IS NULL AND w.key IS NULL
      AND s.received_at >= i.created_at) s
  WHERE ${unconsumed}) x ON true
ORDER BY u.n, x.seq`;
  }
}
