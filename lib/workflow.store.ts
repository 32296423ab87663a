import type { ModuleRef } from '@nestjs/core';
import type { WorkflowStore } from './core/store/index.js';
import { MemoryStore } from './memory/index.js';
import type { ResolvedTypeOrm, ResolvedWorkflowOptions } from './workflow.options.js';

/** The store that the options ask for, not yet opened. @internal */
export async function createStore(options: ResolvedWorkflowOptions, moduleRef: ModuleRef): Promise<WorkflowStore> {
  const { storage, engine, clock } = options;
  switch (storage.kind) {
    case 'own':
      return storage.store;
    case 'typeorm':
      return createDatabaseStore(storage, options, moduleRef);
    case 'memory':
      return new MemoryStore({ clock, outbox: engine.outbox, lockTimeoutMs: engine.lockTimeoutMs });
  }
}

async function createDatabaseStore(
  { dataSource, schema, tablePrefix, migrate, notify }: ResolvedTypeOrm,
  { engine, clock }: ResolvedWorkflowOptions,
  moduleRef: ModuleRef,
): Promise<WorkflowStore> {
  // Loaded only here, so that an application without TypeORM never needs it.
  const { createTypeOrmStore, locateDataSource } = await import('./typeorm/index.js');
  const located = typeof dataSource === 'object' ? dataSource : await locateDataSource(moduleRef, dataSource);
  return createTypeOrmStore(located as Parameters<typeof createTypeOrmStore>[0], {
    ...(schema !== undefined && { schema }),
    ...(tablePrefix !== undefined && { tablePrefix }),
    migrate,
    notify,
    outbox: engine.outbox,
    lockTimeoutMs: engine.lockTimeoutMs,
    clock,
  });
}
