import type { TableNames } from './identifiers.js';

/**
 * Marks the slots of ending instances as free. Also those they do not hold: it may have been their turn, and then it is the next
 * one's.
 *
 * @param source A query for `id` and `limits`.
 * @internal
 */
export function freeSlots(tables: TableNames, source: string): string {
  return `INSERT INTO ${tables.slots} (key, instance_id, released)
    SELECT DISTINCT l.slot->>'key', e.id, true FROM (${source}) e
    CROSS JOIN LATERAL json_array_elements(coalesce(e.limits, '[]')::json) AS l(slot)
    ON CONFLICT (key, instance_id) DO UPDATE SET released = true`;
}
