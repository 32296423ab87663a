import { INSTANCE_STATUSES, type InstanceStatus } from '../../core/records/index.js';
import type { InstanceQuery } from '../../core/store/index.js';
import type { SqlStatement } from '../connection/index.js';
import { recordColumns } from '../records/index.js';
import type { TableNames } from '../sql/index.js';

/**
 * One page of a list, newest first, by keyset. Not a prepared statement: each combination of filters deserves its own plan, made
 * for its values.
 *
 * @internal
 */
export function listStatement(tables: TableNames, query: InstanceQuery): SqlStatement {
  const values: unknown[] = [];
  const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const conditions: string[] = [];
  // Statuses are words of ours, so they may stand in the text, where the planner matches them with partial indexes.
  if (query.status !== undefined) conditions.push(`i.status IN (${literals(query.status)})`);
  if (query.name !== undefined) conditions.push(`i.name = ${bind(query.name, 'text')}`);
  if (query.version !== undefined) conditions.push(`i.version = ${bind(query.version, 'int4')}`);
  if (query.parentId !== undefined) conditions.push(`i.parent_id = ${bind(query.parentId, 'text')}`);
  if (query.attributes !== undefined && Object.keys(query.attributes).length > 0) {
    conditions.push('i.attributes IS NOT NULL', `i.attributes @> ${bind(JSON.stringify(query.attributes), 'jsonb')}`);
  }
  if (query.createdAfter !== undefined)
    conditions.push(`i.created_at >= ${bind(Math.ceil(query.createdAfter), 'int8')}`);
  if (query.createdBefore !== undefined)
    conditions.push(`i.created_at < ${bind(Math.ceil(query.createdBefore), 'int8')}`);
  if (query.after !== undefined) {
    const { createdAt, id } = query.after;
    conditions.push(`(i.created_at, i.id) < (${bind(createdAt, 'int8')}, ${bind(id, 'text')})`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return {
    text: `SELECT ${recordColumns(tables, 'i')} FROM (SELECT * FROM ${tables.instances} i ${where}
      ORDER BY i.created_at DESC, i.id DESC LIMIT ${bind(query.limit, 'int4')}) i ORDER BY i.created_at DESC, i.id DESC`,
    values,
  };
}

function literals(statuses: readonly InstanceStatus[]): string {
  const known = INSTANCE_STATUSES.filter((status) => statuses.includes(status));
  return known.length === 0 ? 'NULL' : known.map((status) => `'${status}'`).join(', ');
}
