export { createTypeOrmStore, type TypeOrmStoreOptions } from './typeorm-store.js';
export { locateDataSource } from './data-source.locator.js';
