// The store
export { createTypeOrmStore, type TypeOrmStoreOptions } from './typeorm-store.js';
export { locateDataSource } from './data-source.locator.js';

// The tables, for the application's own queries and migrations
export {
  WorkflowInstanceEntity,
  WorkflowJournalEntity,
  WorkflowSignalEntity,
  WorkflowStateTransitionEntity,
  WorkflowWorkerEntity,
  workflowEntities,
  type WorkflowTableOptions,
} from './entities.js';
export { workflowMigrationSql, workflowMigrations } from './migrations.js';
