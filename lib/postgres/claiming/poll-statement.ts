import { recordColumns } from '../records/index.js';
import { NOW, postEvents, type TableNames } from '../sql/index.js';
import { CRASHES, claimEvent, claimUpdate, judgedColumns } from './claim-update.js';

/** Lanes of the claim index; see the generated column `lane`. @internal */
export const LANE = { ordinary: 0, suspect: 1, limited: 2, mismatched: 3 } as const;

/** Rows looked at beyond the free places: another worker may hold the locks of the first ones. */
const SPARE = 16;

/** The definitions of a request: parameters 2 names, 3 versions. */
const ASKED_DEFINITIONS = 'SELECT d.name, d.version FROM unnest($2::text[], $3::int4[]) AS d(name, version)';

/**
 * Definitions, and the first row of each of their lanes. Lanes are found one after the other along the claim index, so that 200,000
 * due rows cost no more than ten.
 *
 * @internal
 */
export function laneCtes(tables: TableNames, definitions = ASKED_DEFINITIONS): string {
  const ready = `FROM ${tables.instances} i WHERE i.name = d.name AND i.version = d.version
      AND i.due_at IS NOT NULL AND i.blocked_on IS NULL`;
  return `clock AS MATERIALIZED (SELECT ${NOW} AS now),
def AS (${definitions}),
lanes AS (
  SELECT d.name, d.version, x.lane, x.priority, x.due_at FROM def d CROSS JOIN LATERAL (
    SELECT i.lane, i.priority, i.due_at ${ready} ORDER BY i.lane, i.priority, i.due_at LIMIT 1) x
  UNION ALL
  SELECT d.name, d.version, x.lane, x.priority, x.due_at FROM lanes d CROSS JOIN LATERAL (
    SELECT i.lane, i.priority, i.due_at ${ready} AND (i.lane, i.priority) > (d.lane, d.priority)
    ORDER BY i.lane, i.priority, i.due_at LIMIT 1) x)`;
}

/** The due rows of chosen lanes in claim order, at most `limit` of each lane. @internal */
export function readyRows(tables: TableNames, lanes: string, build: string, limit: string): string {
  return `SELECT x.id, x.due_at + l.priority * 1000::int8 AS rank FROM lanes l CROSS JOIN clock CROSS JOIN LATERAL (
    SELECT i.id, i.due_at FROM ${tables.instances} i
    WHERE i.name = l.name AND i.version = l.version AND i.lane = l.lane AND i.priority = l.priority
      AND i.blocked_on IS NULL AND i.due_at <= clock.now
      AND (i.mismatched_builds IS NULL OR NOT ${build} = ANY (i.mismatched_builds))
    ORDER BY i.due_at LIMIT ${limit}) x
  WHERE l.due_at <= clock.now AND ${lanes}`;
}

/**
 * The whole poll in one statement: the worker's heartbeat, whether there are signals to route, slots to hand on, limited or
 * mismatched instances to look at, the next instant of interest, and the claim.
 *
 * Parameters: 1 offset, 2 names, 3 versions, 4 worker, 5 build, 6 lease, 7 free places, 8 whether a suspect may be claimed,
 * 9 the crash budget, 10 the grace of mismatches, 11 whether to pass by limited instances that come before.
 *
 * What is told beside the claimed rows is found once: as part of the last select it would be looked for again with each of them.
 *
 * @internal
 */
export function pollText(tables: TableNames, outbox: boolean): string {
  const t = tables;
  return `WITH RECURSIVE ${laneCtes(t)},
beat AS (UPDATE ${t.workers} w SET heartbeat_at = clock.now, stopped = false FROM clock WHERE w.id = $4::text RETURNING 1),
ready AS MATERIALIZED (
  ${readyRows(t, `l.lane <> ${LANE.limited} AND (l.lane <> ${LANE.suspect} OR $8::bool)`, '$5::text', `$7::int4 + ${SPARE}`)}),
limited AS MATERIALIZED (
  SELECT min(l.due_at + l.priority * 1000::int8) AS rank FROM lanes l CROSS JOIN clock
  WHERE l.lane = ${LANE.limited} AND l.due_at <= clock.now),
locked AS MATERIALIZED (
  SELECT x.*, r.rank FROM (
    SELECT * FROM ready y WHERE $11::bool OR y.rank <= coalesce((SELECT m.rank FROM limited m), y.rank)
    ORDER BY y.rank LIMIT $7::int4 + ${SPARE}) r CROSS JOIN clock CROSS JOIN LATERAL (
    SELECT ${judgedColumns(t)} FROM ${t.instances} i
    WHERE i.id = r.id AND i.due_at <= clock.now AND i.blocked_on IS NULL FOR NO KEY UPDATE SKIP LOCKED) x
  LIMIT $7::int4),
counted AS (SELECT p.*, ${CRASHES} AS crashes_now FROM locked p),
judged AS (
  SELECT c.id, c.status, c.head, c.rank, c.crashes_now AS crashes, NULL::text AS blocked_on,
    CASE WHEN c.crashes_now > $9::int4 THEN 'quarantine'
      WHEN c.crashes_now < 2 THEN 'claim'
      WHEN $8::bool AND count(*) FILTER (WHERE c.crashes_now >= 2 AND c.crashes_now <= $9::int4) OVER (ORDER BY c.rank, c.id) <= 1
        THEN 'claim'
      ELSE 'account' END AS verdict
  FROM counted c),
taken AS (${claimUpdate(t, { worker: '$4::text', build: '$5::text', leaseMs: '$6::int8' }, 'i.*, d.verdict, d.status AS was, d.rank')}),
${takenTail(t, outbox)},
facts AS MATERIALIZED (SELECT clock.now, (SELECT count(*) FROM beat) AS beats,
  EXISTS (SELECT 1 FROM ${t.signals} s WHERE NOT s.routed) AS unrouted,
  EXISTS (SELECT 1 FROM ${t.slots} s WHERE s.released) AS released,
  (SELECT m.rank FROM limited m) IS NOT NULL AS limited,
  EXISTS (SELECT 1 FROM def d CROSS JOIN LATERAL (
    SELECT 1 FROM ${t.instances} i WHERE i.name = d.name AND i.version = d.version AND i.mismatched_builds IS NOT NULL
      AND i.due_at <= clock.now - $10::int8 LIMIT 1) x) AS mismatched,
  CASE WHEN (SELECT count(*) FROM locked) >= $7::int4 THEN (SELECT count(*) FROM ready) > (SELECT count(*) FROM locked)
    ELSE (SELECT count(*) FROM ready) >= $7::int4 + ${SPARE} END AS more,
  (SELECT min(x.due_at) FROM lanes l CROSS JOIN LATERAL (${nextOfLane(t)}) x) AS next_due_at FROM clock)
SELECT f.*, c.* FROM facts f LEFT JOIN told c ON c.verdict IN ('claim', 'quarantine') ORDER BY c.rank, c.id`;
}

/** Adds the event to the taken rows, stores it where there is an outbox. @internal */
export function takenTail(tables: TableNames, outbox: boolean): string {
  const told = `told AS MATERIALIZED (
  SELECT ${recordColumns(tables, 'c', 'c.head')}, c.verdict, c.rank, ${claimEvent('c', 'c.updated_at')} AS event FROM taken c)`;
  if (!outbox) return told;
  return `${told},\nposted AS (${postEvents(tables.outbox, 'told', 'p.updated_at')})`;
}

/** The first row of lane `l` that is not due yet; what only other builds may claim does not count. */
function nextOfLane(tables: TableNames): string {
  return `SELECT i.due_at FROM ${tables.instances} i
    WHERE i.name = l.name AND i.version = l.version AND i.lane = l.lane AND i.priority = l.priority
      AND i.blocked_on IS NULL AND i.due_at > clock.now
      AND (i.mismatched_builds IS NULL OR NOT $5::text = ANY (i.mismatched_builds))
    ORDER BY i.due_at LIMIT 1`;
}
