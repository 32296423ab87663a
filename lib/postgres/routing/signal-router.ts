import type { SqlRow } from '../connection/index.js';
import { flag, number, optionalText, text } from '../records/index.js';
import { NOW } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';

/** What a round of routing did. @internal */
export interface RoutingRound {
  /** Woken instances with whether they are to be claimed (and not: looked at by their owner). */
  readonly woken: ReadonlyMap<string, { readonly claimable: boolean }>;
  /** How many instances each signal woke. */
  readonly bySignal: ReadonlyMap<string, number>;
  /** Signals are left: more than one round holds, or an instance was locked. */
  readonly unfinished: boolean;
}

/** Signals that one statement routes; a topic may wake many instances with each. */
const ROUND = 500;

/**
 * Finds the waits that signals could end, raises the wake counts of their instances and makes those due that nobody owns. It takes
 * locks in id order and leaves out rows that are locked: their signals stay unrouted and are found again by the next round.
 *
 * @internal
 */
export class SignalRouter {
  constructor(private readonly core: StoreCore) {}

  /** Routes these signals, or whatever is unrouted. */
  async route(ids?: readonly string[]): Promise<RoutingRound> {
    const { core } = this;
    const prepared = core.texts.get(`route-${ids === undefined ? 'all' : 'ids'}`, () => this.text(ids !== undefined));
    const values = ids === undefined ? [core.offsetMs(), ROUND] : [core.offsetMs(), ROUND, ids];
    const { rows } = await core.database.repeatable({ ...prepared, values });
    return roundOf(rows);
  }

  private text(byId: boolean): string {
    const t = this.core.tables;
    return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
sig AS MATERIALIZED (
  SELECT s.id, s.workflow_id, s.name, s.key FROM ${t.signals} s
  WHERE NOT s.routed AND s.name NOT LIKE '$close:%' ${byId ? 'AND s.id = ANY ($3::text[])' : ''}
  ORDER BY s.seq LIMIT $2::int4 FOR UPDATE SKIP LOCKED),
hit AS MATERIALIZED (
  SELECT g.id AS signal_id, x.instance_id FROM sig g CROSS JOIN LATERAL (
    SELECT DISTINCT w.instance_id FROM ${t.waits} w
    WHERE w.instance_id = g.workflow_id AND w.signal = g.name AND (w.key IS NULL OR w.key = g.key)) x
  WHERE g.workflow_id IS NOT NULL
  UNION ALL
  SELECT g.id, x.instance_id FROM sig g CROSS JOIN LATERAL (
    SELECT w.instance_id FROM ${t.waits} w WHERE w.signal = g.name AND w.key = g.key
    UNION
    SELECT w.instance_id FROM ${t.waits} w WHERE w.signal = g.name AND w.key IS NULL AND g.key IS NULL) x
  WHERE g.workflow_id IS NULL),
locked AS MATERIALIZED (
  SELECT x.id FROM (SELECT DISTINCT h.instance_id FROM hit h ORDER BY 1) d CROSS JOIN LATERAL (
    SELECT i.id FROM ${t.instances} i WHERE i.id = d.instance_id FOR NO KEY UPDATE SKIP LOCKED) x),
woken AS (
  UPDATE ${t.instances} i SET wakes = i.wakes + 1,
    due_at = CASE WHEN i.worker_id IS NULL AND i.status IN ('suspended', 'compensating')
      THEN least(coalesce(i.due_at, clock.now), clock.now) ELSE i.due_at END
  FROM locked l, clock WHERE i.id = l.id RETURNING i.id, i.worker_id IS NULL AS claimable),
done AS (
  UPDATE ${t.signals} s SET routed = true FROM sig g WHERE s.id = g.id AND NOT EXISTS (
    SELECT 1 FROM hit h WHERE h.signal_id = g.id AND NOT EXISTS (SELECT 1 FROM locked l WHERE l.id = h.instance_id))
  RETURNING s.id)
SELECT k.taken, k.done, w.id, w.claimable, h.signal_id
FROM (SELECT (SELECT count(*) FROM sig) AS taken, (SELECT count(*) FROM done) AS done) k
LEFT JOIN woken w ON true LEFT JOIN hit h ON h.instance_id = w.id`;
  }
}

function roundOf(rows: readonly SqlRow[]): RoutingRound {
  const woken = new Map<string, { claimable: boolean }>();
  const bySignal = new Map<string, number>();
  for (const row of rows) {
    const signalId = optionalText(row, 'signal_id');
    if (signalId === undefined) continue;
    woken.set(text(row, 'id'), { claimable: flag(row, 'claimable') });
    bySignal.set(signalId, (bySignal.get(signalId) ?? 0) + 1);
  }
  const [first] = rows;
  const taken = first === undefined ? 0 : number(first, 'taken');
  const done = first === undefined ? 0 : number(first, 'done');
  return { woken, bySignal, unfinished: done < taken || taken === ROUND };
}
