import type { StoreHealth } from '../../core/store/index.js';
import { laneCtes } from '../claiming/index.js';
import { flag, number, optionalNumber, optionalText } from '../records/index.js';
import { SCHEMA_VERSION, SchemaMigrator } from '../schema/index.js';
import type { StoreCore } from '../store-core.js';

/** Heartbeats a worker may miss before it counts as gone. */
const MISSED_HEARTBEATS = 3;

/** How things stand: reachable, schema, backlog, and what nobody can run. @internal */
export async function readHealth(core: StoreCore, definitions: readonly string[]): Promise<StoreHealth> {
  const schemaVersion = await new SchemaMigrator(core.database, core.tables).currentVersion();
  const t = core.tables;
  const prepared = core.texts.get('health', () => {
    const waiting = `FROM ${t.instances} i WHERE i.due_at IS NOT NULL AND i.blocked_on IS NULL`;
    const due = 'i.due_at <= clock.now AND i.blocked_on IS NULL';
    const next = `SELECT x.name, x.version FROM known k CROSS JOIN LATERAL (
      SELECT i.name, i.version ${waiting} AND (i.name, i.version) > (k.name, k.version) ORDER BY i.name, i.version LIMIT 1) x`;
    // Definitions are found one after the other along the claim index, and only what nobody can run is counted: a backlog of any length
    // costs no more than their number.
    return `WITH RECURSIVE known AS (
  (SELECT i.name, i.version ${waiting} ORDER BY i.name, i.version LIMIT 1) UNION ALL ${next}),
${laneCtes(t, 'SELECT k.name, k.version FROM known k')},
live AS MATERIALIZED (
  SELECT unnest(w.definitions) AS definition, w.build_id AS build FROM ${t.workers} w, clock
  WHERE NOT w.stopped AND w.heartbeat_at + ${MISSED_HEARTBEATS} * w.heartbeat_ms >= clock.now
  UNION ALL SELECT unnest($2::text[]), NULL),
due AS (
  SELECT l.name, l.version, min(l.due_at) AS oldest FROM lanes l, clock WHERE l.due_at <= clock.now GROUP BY l.name, l.version),
totals AS (SELECT clock.now - min(d.oldest) AS age FROM clock LEFT JOIN due d ON true GROUP BY clock.now),
stuck AS (
  SELECT d.definition, d.is_known, CASE WHEN d.is_known THEN (
    SELECT count(*) FROM ${t.instances} i, clock
    WHERE i.mismatched_builds IS NOT NULL AND i.name = d.name AND i.version = d.version AND ${due} AND NOT EXISTS (
      SELECT 1 FROM live l WHERE l.definition = d.definition AND NOT l.build = ANY (i.mismatched_builds)))
  ELSE (
    SELECT count(*) FROM ${t.instances} i, clock WHERE i.name = d.name AND i.version = d.version AND ${due}) END AS count
  FROM (
    SELECT x.*, EXISTS (SELECT 1 FROM live l WHERE l.definition = x.definition) AS is_known
    FROM (SELECT d.name, d.version, d.name || '@' || d.version AS definition FROM due d) x) d)
SELECT t.age, (SELECT count(*) FROM ${t.instances} i WHERE i.status = 'quarantined') AS quarantined,
  s.definition, s.is_known, s.count
FROM totals t LEFT JOIN stuck s ON s.count > 0`;
  });
  const { rows } = await core.database.repeatable({ ...prepared, values: [core.offsetMs(), definitions] });
  const oldestDueAgeMs = rows[0] === undefined ? undefined : optionalNumber(rows[0], 'age');
  const unclaimable: Record<string, number> = {};
  const mismatched: Record<string, number> = {};
  for (const row of rows) {
    const definition = optionalText(row, 'definition');
    if (definition !== undefined) (flag(row, 'is_known') ? mismatched : unclaimable)[definition] = number(row, 'count');
  }
  return {
    reachable: true,
    schemaCurrent: schemaVersion >= SCHEMA_VERSION,
    schemaVersion,
    quarantined: number(rows[0] ?? {}, 'quarantined'),
    unclaimable,
    mismatched,
    ...(oldestDueAgeMs === undefined ? {} : { oldestDueAgeMs }),
  };
}
