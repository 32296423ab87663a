import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { WorkflowTransactionError } from '../core/errors/index.js';

/**
 * The query runner of an open transaction, from what a caller passed.
 *
 * @throws WorkflowTransactionError for anything that is not an open transaction; the message says what to pass.
 * @internal
 */
export function openTransactionOf(handle: unknown): QueryRunner {
  if (isDataSource(handle)) throw refuse('a DataSource');
  const runner = isEntityManager(handle) ? handle.queryRunner : handle;
  if (runner === undefined || runner === null) {
    throw refuse(isEntityManager(handle) ? 'the root EntityManager of the DataSource' : 'nothing');
  }
  if (!isQueryRunner(runner)) throw refuse('a value that is neither an EntityManager nor a QueryRunner');
  if (runner.isReleased) throw refuse('a transaction whose QueryRunner has been released');
  if (!runner.isTransactionActive) throw refuse('a QueryRunner without an open transaction');
  return runner;
}

/** The data source of a runner, by the name that TypeORM 1 gives it, or by that of 0.3. @internal */
export function dataSourceOf(runner: QueryRunner): DataSource | undefined {
  const { dataSource } = runner as Partial<QueryRunner>;
  return dataSource ?? (runner as { readonly connection?: DataSource }).connection;
}

function refuse(passed: string): WorkflowTransactionError {
  return new WorkflowTransactionError(
    `The option "transaction" got ${passed}, so nothing would commit or roll back together. ` +
      'Pass the EntityManager that dataSource.transaction(async (manager) => …) hands to its callback, or a QueryRunner after startTransaction().',
  );
}

function isDataSource(value: unknown): boolean {
  return brandOf(value) === Symbol.for('DataSource');
}

function isEntityManager(value: unknown): value is EntityManager {
  return brandOf(value) === Symbol.for('EntityManager');
}

function isQueryRunner(value: unknown): value is QueryRunner {
  return typeof value === 'object' && value !== null && 'isTransactionActive' in value && 'connect' in value;
}

/** TypeORM brands its objects itself, because `instanceof` does not hold between two installed copies. */
function brandOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? (value as { '@instanceof'?: unknown })['@instanceof']
    : undefined;
}
