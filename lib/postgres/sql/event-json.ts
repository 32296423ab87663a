import type { LifecycleEventType } from '../../core/lifecycle/index.js';

/**
 * A lifecycle event as JSON text, made where the row that it tells of is at hand; its number is the row's own `event_seq`.
 *
 * @param detail An SQL expression of type `json`, or nothing.
 * @internal
 */
export function eventJson(type: LifecycleEventType, row: string, at: string, detail = 'NULL::json'): string {
  return `json_strip_nulls(json_build_object('type', '${type}',
    'eventId', ${row}.id || ':' || ${row}.generation || ':' || ${row}.event_seq, 'seq', ${row}.event_seq,
    'workflowId', ${row}.id, 'workflowName', ${row}.name, 'version', ${row}.version, 'generation', ${row}.generation,
    'at', ${at}, 'status', ${row}.status, 'headers', coalesce(${row}.headers, '{}')::json, 'parentId', ${row}.parent_id,
    'detail', ${detail}))::text`;
}

/** Stores the events of a CTE that has `event` beside the columns of the instance row. @internal */
export function postEvents(outbox: string, source: string, at: string): string {
  return `INSERT INTO ${outbox} (instance_id, seq, generation, created_at, event)
    SELECT p.id, p.event_seq, p.generation, ${at}, p.event FROM ${source} p WHERE p.event IS NOT NULL
    ON CONFLICT (instance_id, seq) DO NOTHING`;
}
