import type { TableNames } from '../sql/index.js';
import { ENDED, removalOf } from './deletion-statements.js';

/**
 * Deletes an ended state machine with its family and what is left of its ended instances; nothing while one of them is open, or an event
 * unpublished. Parameter 1: the machine's id.
 *
 * @internal
 */
export function deleteMachineText(t: TableNames): string {
  return `WITH machine AS MATERIALIZED (
  SELECT m.machine_id FROM ${t.stateTransitions} m
  WHERE m.machine_id = $1 AND ${isRoot('m')} AND m.ended IS NOT NULL AND ${isTold(t, 'm')} FOR UPDATE),
work AS MATERIALIZED (${familyInstances(t, '$1')}),
gone AS MATERIALIZED (SELECT machine_id FROM machine WHERE NOT EXISTS (SELECT 1 FROM work i WHERE NOT (${ENDED}))),
doomed AS MATERIALIZED (
  SELECT i.id, i.no FROM ${t.instances} i JOIN work w ON w.id = i.id CROSS JOIN gone WHERE ${ENDED} FOR UPDATE OF i),
${removalOf(t)},
${removeFamilies(t)}
SELECT count(*) AS deleted FROM gone`;
}

/**
 * Deletes state machines that ended before an instant with their families, the first to end first; one with an instance left, open or
 * ended, stays. Parameters: 1 instant, 2 endings, 3 limit.
 *
 * @internal
 */
export function purgeMachinesText(t: TableNames): string {
  return `WITH gone AS MATERIALIZED (
  SELECT m.machine_id FROM ${t.stateTransitions} m
  WHERE m.at < $1::int8 AND m.ended = ANY ($2::text[]) AND ${isRoot('m')} AND ${isTold(t, 'm')}
    AND NOT EXISTS (${familyInstances(t, 'm.machine_id')})
  ORDER BY m.at, m.machine_id LIMIT $3::int4 FOR UPDATE SKIP LOCKED),
${removeFamilies(t)}
SELECT count(*) AS deleted FROM gone`;
}

/** Ids that callers choose have no slash; those of invoked machines have, behind the id of the one that nobody invoked. */
function isRoot(alias: string): string {
  return `position('/' in ${alias}.machine_id) = 0`;
}

/** Events of a machine that is created anew have the same places in the outbox. */
function isTold(t: TableNames, alias: string): string {
  return `NOT EXISTS (SELECT 1 FROM ${t.outbox} o WHERE o.instance_id = ${alias}.machine_id || '/$transitions')`;
}

/** The instances that wait for a machine's end, do what its transitions left to be done, or were begun there. */
function familyInstances(t: TableNames, root: string): string {
  const of = (machines: string, condition: string) =>
    `SELECT i.id, i.no, i.status FROM ${t.stateTransitions} x JOIN ${t.instances} i ON ${condition} WHERE ${machines}`;
  const job = `x.machine_id || '/transition#' || x.version`;
  const families = [`x.machine_id = ${root}`, isInvokedOf('x', root)];
  const places = [`i.id = ${job}`, `i.parent_id = ${job}`, `i.id = x.machine_id AND x.version = 1`];
  return families.flatMap((family) => places.map((place) => of(family, place))).join('\n  UNION ');
}

function isInvokedOf(alias: string, root: string): string {
  return `(split_part(${alias}.machine_id, '/', 1) = ${root} AND position('/' in ${alias}.machine_id) > 0)`;
}

function removeFamilies(t: TableNames): string {
  const remove = (condition: string) => `DELETE FROM ${t.stateTransitions} x USING gone g WHERE ${condition}`;
  return `no_transitions AS (${remove('x.machine_id = g.machine_id')}),
no_family AS (${remove(isInvokedOf('x', 'g.machine_id'))})`;
}
