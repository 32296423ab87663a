import type { TableNames } from '../sql/index.js';

/**
 * One step of the schema. Steps only add, so that builds of two versions can share the tables while a deployment rolls.
 *
 * @internal
 */
export interface SchemaMigration {
  /** Dense, from 1. */
  readonly version: number;
  readonly name: string;
  /** The statements, in order. */
  statements(tables: TableNames): string[];
}
