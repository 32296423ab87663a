import type { DataSource } from 'typeorm';
import { PostgresStore, type PostgresStoreOptions } from '../postgres/index.js';
import { TypeOrmDatabase } from './typeorm-database.js';

/** @publicApi */
export type TypeOrmStoreOptions = PostgresStoreOptions;

/**
 * Makes the store that keeps workflows in the Postgres database of a TypeORM data source, over the data source's own pool. Two more
 * connections are opened beside the pool: one for leases, one for notifications.
 *
 * @param dataSource Initialised before the store is opened; of type `postgres`.
 *
 * @example
 * const store = createTypeOrmStore(dataSource, { schema: 'workflow', migrate: true });
 * await store.open();
 *
 * @publicApi
 */
export function createTypeOrmStore(dataSource: DataSource, options: TypeOrmStoreOptions = {}): PostgresStore {
  return new PostgresStore(new TypeOrmDatabase(dataSource), options);
}
