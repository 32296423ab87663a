import type { TableNames } from '../sql/index.js';

/** @internal */
export const ENDED = `i.status IN ('completed', 'failed', 'cancelled', 'compensation_failed')`;

/** Deletes ended instances by id with everything that belongs to them. Parameter 1: ids. @internal */
export function deleteText(tables: TableNames): string {
  return `WITH doomed AS MATERIALIZED (
  SELECT i.id, i.no FROM ${tables.instances} i WHERE i.id = ANY ($1::text[]) AND ${ENDED} ORDER BY i.id FOR UPDATE),
${removal(tables)}`;
}

/**
 * Deletes what ended before an instant, oldest first. A child stays as long as its parent is open, and a parent as long as it has open
 * children. Parameters: 1 instant, 2 statuses, 3 limit.
 *
 * @internal
 */
export function purgeText(tables: TableNames): string {
  const t = tables;
  const open = (alias: string) => `${alias}.status NOT IN ('completed', 'failed', 'cancelled', 'compensation_failed')`;
  return `WITH doomed AS MATERIALIZED (
  SELECT i.id, i.no FROM ${t.instances} i
  WHERE i.created_at < $1::int8 AND i.ended_at < $1::int8 AND ${ENDED} AND i.status = ANY ($2::text[])
    AND NOT EXISTS (SELECT 1 FROM ${t.instances} p WHERE p.id = i.parent_id AND ${open('p')})
    AND NOT EXISTS (SELECT 1 FROM ${t.instances} k WHERE k.parent_id = i.id AND ${open('k')})
  ORDER BY i.created_at, i.id LIMIT $3::int4 FOR UPDATE SKIP LOCKED),
${removal(t)}`;
}

/**
 * Deletes topic signals that came before an instant and before every instance that is still open: nobody can take them any more.
 * Parameter 1: the instant.
 *
 * @internal
 */
export function purgeTopicsText(tables: TableNames): string {
  const t = tables;
  return `DELETE FROM ${t.signals} s WHERE s.workflow_id IS NULL AND s.routed AND s.received_at < least($1::int8, (
    SELECT i.created_at FROM ${t.instances} i WHERE NOT (${ENDED}) ORDER BY i.created_at LIMIT 1))`;
}

function removal(t: TableNames): string {
  return `${removalOf(t)}
SELECT count(*) AS deleted FROM no_instance`;
}

/** What goes with the instances `doomed` (id, no). Events that are not published yet outlive their instance. @internal */
export function removalOf(t: TableNames): string {
  const of = (table: string, column: string) => `DELETE FROM ${table} x USING doomed d WHERE x.${column} = d.id`;
  return `no_entries AS (DELETE FROM ${t.entries} x USING doomed d WHERE x.instance_no = d.no),
no_waits AS (${of(t.waits, 'instance_id')}),
no_stream AS (${of(t.stream, 'instance_id')}),
no_signals AS (${of(t.signals, 'workflow_id')}),
no_slots AS (${of(t.slots, 'instance_id')} AND NOT x.released),
no_instance AS (DELETE FROM ${t.instances} i USING doomed d WHERE i.id = d.id RETURNING 1)`;
}
