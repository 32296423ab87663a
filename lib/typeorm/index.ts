export { createTypeOrmStore, type TypeOrmStoreOptions } from './typeorm-store.js';
